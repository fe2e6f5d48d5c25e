import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { foundTranscript } from '../../src/model/transcript.ts';
import type { ScanSettings } from '../../src/scan/messages.ts';
import { newFolder } from '../support/folder.ts';
import { testScanner } from '../support/scan.ts';
import { allSessions } from '../support/snapshot.ts';

const HEADER = `${JSON.stringify({ type: 'session', version: 3, id: 's', timestamp: '2026-02-08T00:00:00.000Z' })}\n`;

/** Files by their path in a fresh folder; an object is written as JSON. */
function folderWith(files: Record<string, object | string>): string {
  const folder = newFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

function config(store: string): object {
  return { session: { store }, agents: { list: [{ id: 'main' }, { id: 'Ops Team' }] } };
}

async function sessionsOf(stateDir: string, settings: Partial<ScanSettings> = {}) {
  const { snapshot } = await testScanner(stateDir, { settings }).deep();
  return Object.fromEntries(
    snapshot.agents.map((store) => [
      store.agent,
      store.readable
        ? store.sessions.map(
            ({ session }) => `${session.key} ${foundTranscript(session)?.bytes ?? session.transcript.state}`,
          )
        : store.problems,
    ]),
  );
}

describe('session.store', () => {
  it('names a file for each agent, in a folder elsewhere', async () => {
    const elsewhere = folderWith({
      'main/store.json': { 'agent:main:main': { sessionId: 's' } },
      'main/s.jsonl': HEADER,
      'ops-team/store.json': { 'agent:ops-team:main': { sessionId: 'gone' } },
    });
    const stateDir = folderWith({
      'openclaw.json': config(join(elsewhere, '{agentId}', 'store.json')),
      'agents/x': {},
    });
    rmSync(join(stateDir, 'agents'), { recursive: true });
    expect(await sessionsOf(stateDir)).toEqual({
      main: [`agent:main:main ${HEADER.length}`],
      'ops-team': ['agent:ops-team:main missing'],
    });
  });

  it('names one file for all: a session belongs to the agent of its key when that is listed, else to the first', async () => {
    const index = {
      'agent:main:main': { sessionId: 's' },
      'agent:ops-team:main': { sessionId: 'o' },
      'agent:nobody:main': { sessionId: 'n' },
      'hook:deploy': { sessionId: 'h' },
    };
    const home = folderWith({ 'claw/sessions.json': index, 'claw/s.jsonl': HEADER });
    const stateDir = folderWith({ 'openclaw.json': config('~/claw/sessions.json') });
    expect(await sessionsOf(stateDir, { home })).toEqual({
      main: [`agent:main:main ${HEADER.length}`, 'agent:nobody:main missing', 'hook:deploy missing'],
      'ops-team': ['agent:ops-team:main missing'],
    });
  });

  it('finds transcripts that stayed in the default folder, as before 2026.2.17', async () => {
    const elsewhere = folderWith({
      'main.json': { 'agent:main:main': { sessionId: 's' }, 'agent:main:t': { sessionId: 't' } },
    });
    const stateDir = folderWith({
      'openclaw.json': config(join(elsewhere, '{agentId}.json')),
      'agents/main/sessions/s.jsonl': HEADER,
      'agents/main/sessions/t-topic-7.jsonl': HEADER,
    });
    expect((await sessionsOf(stateDir)).main).toEqual([
      `agent:main:main ${HEADER.length}`,
      `agent:main:t ${HEADER.length}`,
    ]);
  });

  it.each([
    { how: 'by --openclaw.path-map', store: '/srv/claw/sessions.json', mapped: true },
    { how: 'at its agents/<id>/ tail', store: '/home/gone/.openclaw/agents/{agentId}/sessions/sessions.json' },
    { how: 'with the separators of Windows', store: 'C:\\claw\\agents\\{agentId}\\sessions\\sessions.json' },
  ])('of another host is found $how', async ({ store, mapped }) => {
    const stateDir = folderWith({
      'openclaw.json': config(store),
      'agents/main/sessions/sessions.json': { 'agent:main:main': { sessionId: 's' } },
      'agents/main/sessions/s.jsonl': HEADER,
    });
    const mappings = mapped ? [{ from: '/srv/claw', to: join(stateDir, 'agents/main/sessions') }] : [];
    expect((await sessionsOf(stateDir, { 'openclaw.path-map': mappings })).main).toEqual([
      `agent:main:main ${HEADER.length}`,
    ]);
  });

  it('whose folder is not here is said to be unread, never empty', async () => {
    const stateDir = folderWith({ 'openclaw.json': config('/not/mounted/{agentId}/sessions.json') });
    expect(await sessionsOf(stateDir)).toEqual({ main: ['store_missing'], 'ops-team': ['store_missing'] });
  });

  const [OLD, NEW] = ['2026.2.12', '2026.2.17'];
  it.each<[version: string | undefined, transcript: string, problems: string[]]>([
    [OLD, 'agents/main/sessions/s.jsonl', ['index_missing']],
    [undefined, 'agents/main/sessions/s.jsonl', ['index_missing']],
    [NEW, 'agents/main/sessions/s.jsonl', []],
    [OLD, 'index/main/s.jsonl', ['index_missing']],
    [NEW, 'index/main/s.jsonl', ['index_missing']],
    [NEW, 'index/main/s.trajectory.jsonl', []],
    [OLD, 'agents/main/sessions/s.jsonl.deleted.2026-02-06T10-00-00Z', []],
  ])('whose index is gone, in %s, with %s', async (lastTouchedVersion, transcript, problems) => {
    const session = { store: '{agentId}/store.json' };
    const stateDir = folderWith({ [transcript]: HEADER, 'index/main/notes.txt': '', 'index/ops/notes.txt': '' });
    session.store = join(stateDir, 'index', session.store);
    const agents = { list: [{ id: 'main' }, { id: 'ops' }] };
    writeFileSync(join(stateDir, 'openclaw.json'), JSON.stringify({ meta: { lastTouchedVersion }, session, agents }));
    const { snapshot } = await testScanner(stateDir).deep();
    expect(snapshot.agents).toMatchObject([
      { agent: 'main', readable: true, layout: problems.length > 0 ? 'file' : 'empty', problems, sessions: [] },
      { agent: 'ops', readable: true, layout: 'empty', problems: [] },
    ]);
  });

  it('is not that of an agent that the config does not list, but in its folder', async () => {
    const index = (key: string) => ({ [key]: { sessionId: 's' } });
    const stateDir = folderWith({
      'agents/main/sessions/sessions.json': index('agent:main:main'),
      'agents/old/sessions/sessions.json': index('agent:old:main'),
      'agents/away/notes.txt': '',
      'x/away/sessions.json': index('agent:away:main'),
      'x/main/sessions.json': index('agent:main:elsewhere'),
    });
    const store = join(stateDir, 'x/{agentId}/sessions.json');
    writeFileSync(
      join(stateDir, 'openclaw.json'),
      JSON.stringify({ session: { store }, agents: { list: [{ id: 'main' }] } }),
    );
    expect(await sessionsOf(stateDir)).toEqual({
      main: ['agent:main:elsewhere missing'],
      // Its folder is there, and its store where the config puts it.
      away: ['agent:away:main missing'],
      old: ['agent:old:main missing'],
    });
  });

  it('is also that of a program that the config runs as an agent, where it has one', async () => {
    const index = (key: string) => ({ [key]: { sessionId: 's' } });
    const stateDir = folderWith({
      'agents/codex/sessions/sessions.json': index('agent:codex:acp:1'),
      'agents/lost/sessions/t.jsonl': HEADER,
      'agents/unused/notes.txt': '',
      'x/gemini/sessions.json': index('agent:gemini:acp:1'),
      'x/main/sessions.json': index('agent:main:main'),
    });
    const store = join(stateDir, 'x/{agentId}/sessions.json');
    const acp = { defaultAgent: 'codex', allowedAgents: ['gemini', 'lost', 'unused', 'nowhere'] };
    const agents = { list: [{ id: 'main' }] };
    writeFileSync(join(stateDir, 'openclaw.json'), JSON.stringify({ session: { store }, acp, agents }));
    expect(await sessionsOf(stateDir)).toEqual({
      main: ['agent:main:main missing'],
      codex: ['agent:codex:acp:1 missing'],
      gemini: ['agent:gemini:acp:1 missing'],
      lost: [],
    });
  });

  it('that all share is of the agents that the config lists, also in the folder of another one', async () => {
    const index = { 'agent:main:main': { sessionId: 'm' }, 'agent:old:main': { sessionId: 'o' } };
    const stateDir = folderWith({ 'agents/old/sessions/sessions.json': index });
    const store = join(stateDir, 'agents/old/sessions/sessions.json');
    writeFileSync(
      join(stateDir, 'openclaw.json'),
      JSON.stringify({ session: { store }, agents: { list: [{ id: 'main' }] } }),
    );
    expect(await sessionsOf(stateDir)).toEqual({ main: ['agent:main:main missing', 'agent:old:main missing'] });
  });

  it('does not open the rest of the disk: a path that leaves store and state directory is a finding', async () => {
    const elsewhere = folderWith({
      'store/main.json': { 'agent:main:main': { sessionFile: '../secret.jsonl', sessionId: 's' } },
      'secret.jsonl': HEADER,
    });
    const stateDir = folderWith({ 'openclaw.json': config(join(elsewhere, 'store', '{agentId}.json')) });
    const { snapshot } = await testScanner(stateDir).deep();
    const [published] = allSessions(snapshot);
    expect(published?.findings).toMatchObject([{ reason: 'entry_invalid' }]);
    expect(published?.session.transcript).toEqual({ state: 'missing' });
  });
});
