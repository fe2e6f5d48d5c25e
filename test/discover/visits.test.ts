import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { writeDatabase } from '../../demo/database.ts';
import { AbortedAgents } from '../../src/scan/aborted-agents.ts';
import type { Whereabouts } from '../../src/scan/messages.ts';
import { everyLook } from '../support/every-look.ts';
import { newFolder, putFile } from '../support/folder.ts';
import { testScanner } from '../support/scan.ts';
import { PLAIN } from '../support/scans.ts';
import { storedSession } from '../support/sessions.ts';
import { createState } from '../support/state.ts';

const HOUR = 3_600_000;
const PROBE = { 'agent:bad:main': {} };
const VERSION = { lastTouchedVersion: '2026.9.6' };

/** State directories in which the places of each agent are told by their paths; there is an agent `bad` in each, and `main`. */
const STATES: Readonly<Record<string, () => string>> = {
  'the config lists them, in files': () =>
    createState({ agents: { main: { index: { 'agent:main:main': {} } }, bad: { index: PROBE } } }).dir,
  'the config lists them, in databases that are registered in odd places, too': () =>
    createState({
      agents: {
        main: { database: { sessions: { 'agent:main:main': {} } } },
        bad: { database: { sessions: PROBE } },
        lost: {},
      },
      registry: {
        version: '2026.9.6',
        agents: [
          { agent: 'main', path: 'agents/main/agent/openclaw-agent.sqlite' },
          { agent: 'bad', path: 'agents/bad/agent/openclaw-agent.sqlite' },
          { agent: 'bad', path: 'agents/bad/old/openclaw-agent.sqlite' },
          { agent: 'lost', path: 'agents/lost/agent/openclaw-agent.sqlite' },
          { agent: 'removed', path: 'agents/removed/agent/openclaw-agent.sqlite' },
        ],
      },
    }).dir,
  'only their folders say that they are there, beside others that are none': () => {
    const { dir } = createState({
      agents: { main: { index: { 'agent:main:main': {} } }, bad: { index: PROBE }, other: { index: {} } },
      config: { meta: { lastTouchedVersion: '2026.7.35' } },
    });
    mkdirSync(join(dir, 'agents', 'lost+found'));
    symlinkSync(newFolder(), join(dir, 'agents', 'link'));
    return dir;
  },
  'their names are no clean ids': () => {
    const { dir } = createState({ agents: { main: { index: {} }, bad: { index: PROBE } } });
    renameSync(join(dir, 'agents', 'bad'), join(dir, 'agents', 'Bad'));
    return dir;
  },
  'their folders are links': () => {
    const { dir } = createState({ agents: { main: { index: {} }, bad: { index: PROBE } } });
    const elsewhere = join(newFolder(), 'agents', 'bad');
    mkdirSync(join(elsewhere, '..'), { recursive: true });
    renameSync(join(dir, 'agents', 'bad'), elsewhere);
    symlinkSync(elsewhere, join(dir, 'agents', 'bad'));
    return dir;
  },
  'the config puts them elsewhere, and one is not there yet': () => {
    const stores = newFolder();
    putFile(join(stores, 'agents', 'bad', 'index.json'), '{}');
    putFile(join(stores, 'agents', 'last', 'index.json'), '{}');
    const list = ['main', 'bad', 'last'].map((id) => ({ id, agentDir: join(stores, 'agents', id, 'agent') }));
    const store = join(stores, 'agents', '{agentId}', 'index.json');
    return createState({ agents: {}, config: { meta: VERSION, session: { store }, agents: { list } } }).dir;
  },
  'their databases are files of one family': () => {
    const stores = newFolder();
    for (const [agent, name] of [
      ['main', 'store.sqlite'],
      ['bad', 'store.bad.sqlite'],
    ] as const) {
      const sessions = [storedSession(`agent:${agent}:main`, `s-${agent}`)];
      writeDatabase({ agent, path: join(stores, name), sessions });
    }
    const list = [{ id: 'main', default: true }, { id: 'bad' }];
    const store = join(stores, 'store.json');
    return createState({ agents: {}, config: { meta: VERSION, session: { store }, agents: { list } } }).dir;
  },
};

/** By the folder, or by the name of a database. */
function agentOf(path: string): string | null {
  const [, folder, file] = /\/agents\/([^/]+)|\/store(?:\.(\w+))?\.sqlite/.exec(path) ?? [];
  if (folder !== undefined) return folder.toLowerCase().replace('+', '-');
  return path.includes('/store.') && path.includes('.sqlite') ? (file ?? 'main') : null;
}

/** The agents that two scans found, whose places they looked at, and whose they looked at without having said so. */
async function looksOf(dir: string, aborted = new AbortedAgents([])) {
  let at: Whereabouts = { agent: null, step: 'start' };
  const looked = new Set<string>();
  const untold: string[] = [];
  onTestFinished(
    everyLook((path) => {
      const agent = agentOf(path);
      if (agent === null) return;
      // A folder that several share is listed with all that lies in it, for the first of them that is read.
      if (agent !== at.agent && at.step === 'read' && path.endsWith('.sqlite')) return;
      looked.add(agent);
      if (agent !== at.agent) untold.push(`${path} while at ${at.agent}, ${at.step}`);
    }),
  );
  const enter = async (work: Whereabouts) => {
    at = work;
  };
  const scanner = testScanner(dir, { ...PLAIN, enter, aborted });
  await scanner.quick();
  const { snapshot } = await scanner.quick();
  const found = snapshot.agents.map(({ agent, problems }) => [agent, ...problems].join(' '));
  return { found, looked, untold };
}

describe.each(Object.keys(STATES))('a scan where %s', (name) => {
  const make = () => STATES[name]?.() ?? expect.unreachable();

  it('says whose places it looks at before it does', async () => {
    const { looked, untold } = await looksOf(make());
    expect([...looked]).toEqual(expect.arrayContaining(['main', 'bad']));
    expect(untold).toEqual([]);
  });

  it('looks at nothing of an agent in whose places one was blocked, and finds the others as before', async () => {
    const dir = make();
    const { found } = await looksOf(dir);
    const left = await looksOf(dir, new AbortedAgents([{ agent: 'bad', restMs: HOUR, files: null, file: null }]));
    expect(left.looked).not.toContain('bad');
    expect(left.found).toEqual(found.map((each) => (each.startsWith('bad') ? 'bad scan_aborted' : each)));
  });
});
