import { lchownSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeDatabase } from '../../demo/database.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { newFolder } from '../support/folder.ts';
import { IS_ROOT, NOBODY } from '../support/nobody.ts';
import { testScanner } from '../support/scan.ts';
import { NOW, storedSession } from '../support/sessions.ts';
import { createState } from '../support/state.ts';

const FOLDERS = ['agents', 'agents/ops', 'agents/ops/sessions'];

/** A state directory with the agents `ops` and `kin`, a session each; another disk is a folder beside it. */
function newState(listed: readonly string[] = ['ops', 'kin']): { dir: string; disk: string } {
  const config = { meta: { lastTouchedVersion: '2026.7.35' }, agents: { list: listed.map((id) => ({ id })) } };
  const state = createState({ config, agents: {} });
  // The path of a transcript as OpenClaw writes it: by the state directory, whatever is a link on the way.
  for (const agent of ['ops', 'kin']) {
    state.addSession(`agent:${agent}:main`, { sessionId: 's', sessionFile: join(state.folder(agent), 's.jsonl') });
  }
  return { dir: state.dir, disk: newFolder() };
}

/** Moves a folder to the other disk and leaves a link, of the owner of the state directory when no other is given. */
function moveAway({ dir, disk }: { dir: string; disk: string }, path: string, uid: number | null = null): string {
  const target = join(disk, basename(path));
  renameSync(join(dir, path), target);
  symlinkSync(target, join(dir, path));
  if (uid !== null) lchownSync(join(dir, path), uid, uid);
  return target;
}

async function scan(dir: string): Promise<Snapshot> {
  return (await testScanner(dir, { now: () => NOW, settings: { salt: null } }).deep()).snapshot;
}

/** What is known of each agent: sessions with tokens and bytes, and files by class; else its problems. */
function figures({ agents }: Snapshot) {
  return agents.map((agent) => {
    if (!agent.readable) return { agent: agent.agent, problems: agent.problems };
    const { sessions, files, problems } = agent;
    return {
      agent: agent.agent,
      problems,
      sessions: sessions.map(({ session: { key, tokens, transcript, flaws } }) => ({
        key,
        tokens,
        flaws,
        state: transcript.state,
      })),
      files: files?.classes.map((each) => `${each.class} ${each.files} ${each.bytes}`),
    };
  });
}

describe('a folder link of an agent that the config lists', () => {
  it.each(FOLDERS)('%s: everything is as without it', async (path) => {
    const state = newState();
    const before = figures(await scan(state.dir));
    expect(before[0]).toMatchObject({ agent: 'ops', sessions: [{ tokens: 700, state: 'there', flaws: [] }] });
    moveAway(state, path);
    expect(figures(await scan(state.dir))).toEqual(before);
  });

  it('on the way of another one', async () => {
    const state = newState();
    const before = figures(await scan(state.dir));
    for (const path of FOLDERS.toReversed()) moveAway(state, path);
    expect(figures(await scan(state.dir))).toEqual(before);
  });

  it.each(['agents', 'agents/ops', 'agents/ops/agent'])('%s, with a database', async (path) => {
    const state = newState();
    writeDatabase({
      path: join(state.dir, 'agents/ops/agent/openclaw-agent.sqlite'),
      agent: 'ops',
      sessions: [storedSession('agent:ops:main', 'a'), storedSession('agent:ops:b', 'b')],
    });
    const before = figures(await scan(state.dir));
    expect(before[0]?.sessions).toHaveLength(2);
    moveAway(state, path);
    expect(figures(await scan(state.dir))).toEqual(before);
  });

  it('is a root of its own: links below it that lead out are not followed', async () => {
    const state = newState();
    const target = moveAway(state, 'agents/ops/sessions');
    renameSync(join(target, 's.jsonl'), join(state.disk, 'secret.jsonl'));
    symlinkSync(join(state.disk, 'secret.jsonl'), join(target, 's.jsonl'));
    expect(figures(await scan(state.dir))[0]?.sessions).toMatchObject([{ flaws: ['leads_out'], state: 'unnamed' }]);
  });

  it.each(['agents/ops', 'agents/ops/sessions'])('%s to what is not here: store_missing', async (path) => {
    const state = newState();
    rmSync(moveAway(state, path), { recursive: true });
    expect(figures(await scan(state.dir))[0]).toEqual({ agent: 'ops', problems: ['store_missing'] });
  });

  it('agents to what is not here: the state directory cannot be read', async () => {
    const state = newState();
    rmSync(moveAway(state, 'agents'), { recursive: true });
    expect((await scan(state.dir)).unreadable).toBe('unreadable');
  });
});

describe('a link that is not followed', () => {
  it.each(['agents/ops', 'agents/ops/sessions'])('%s of an agent that the config does not list', async (path) => {
    const state = newState(['kin']);
    moveAway(state, path);
    const snapshot = await scan(state.dir);
    expect(snapshot.agents.map(({ agent }) => agent)).toEqual(['kin']);
    expect(snapshot.passedOver).toEqual(path === 'agents/ops' ? [{ folder: 'ops', why: 'link' }] : []);
  });

  it.each(['sessions.json', 's.jsonl'])('of a file, %s', async (name) => {
    const state = newState();
    moveAway(state, `agents/ops/sessions/${name}`);
    const [ops] = figures(await scan(state.dir));
    if (name === 's.jsonl') expect(ops?.sessions).toMatchObject([{ flaws: ['leads_out'] }]);
    else expect(ops).toEqual({ agent: 'ops', problems: ['index_unreadable'] });
  });

  it.skipIf(!IS_ROOT).each([...FOLDERS.slice(1), 'agents/ops/agent'])(
    '%s that somebody else made: link_refused',
    async (path) => {
      const state = newState();
      mkdirSync(join(state.dir, 'agents/ops/agent'), { recursive: true });
      const before = figures(await scan(state.dir));
      moveAway(state, path, NOBODY);
      const after = figures(await scan(state.dir));
      expect(after[0]).toEqual({ agent: 'ops', problems: ['link_refused'] });
      expect(after[1]).toEqual(before[1]);
    },
  );

  it.skipIf(!IS_ROOT)('agents that somebody else made: link_refused of every agent that the config lists', async () => {
    const state = newState(['ops', 'new']);
    moveAway(state, 'agents', NOBODY);
    expect(figures(await scan(state.dir))).toEqual([
      { agent: 'ops', problems: ['link_refused'] },
      { agent: 'new', problems: ['link_refused'] },
    ]);
  });
});

describe('a link in the place of the state directory', () => {
  it('is followed', async () => {
    const { dir } = newState();
    const link = join(newFolder(), 'link');
    symlinkSync(dir, link);
    expect(figures(await scan(link))).toEqual(figures(await scan(dir)));
  });

  it.skipIf(!IS_ROOT)('is not when somebody else made it', async () => {
    const { dir } = newState();
    const link = join(newFolder(), 'link');
    symlinkSync(dir, link);
    lchownSync(link, NOBODY, NOBODY);
    expect(await scan(link)).toMatchObject({ unreadable: 'link_refused', agents: [] });
  });
});
