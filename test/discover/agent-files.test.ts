import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { agentFiles, type KnownFiles } from '../../src/discover/agent-files.ts';
import type { AgentStore } from '../../src/discover/agent-stores.ts';
import { Kept } from '../../src/disk/kept.ts';
import { Looks } from '../../src/disk/looks.ts';
import { newFolder } from '../support/folder.ts';
import { NOW } from '../support/sessions.ts';

function put(path: string, bytes: number, ageSeconds = 0): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'x'.repeat(bytes));
  utimesSync(path, NOW / 1000, NOW / 1000 - ageSeconds);
  return path;
}

function store(stateDir: string, agent: string, changes: Partial<AgentStore> = {}): AgentStore {
  const home = join(stateDir, 'agents', agent);
  const place = (path: string) => ({ path, root: stateDir });
  return {
    agent,
    folder: {
      agent,
      home: place(home),
      sessions: place(join(home, 'sessions')),
      agentDir: place(join(home, 'agent')),
      problem: null,
    },
    indexPath: join(home, 'sessions/sessions.json'),
    root: stateDir,
    sharedBy: null,
    database: null,
    problem: null,
    isRegistered: false,
    ...changes,
  };
}

const guard = (_agent: string, count: () => Promise<void>) => count();

function fresh() {
  return {
    looks: new Looks(),
    kept: new Kept<KnownFiles>(),
    pause: async () => {},
    leftAlone: new Set<string>(),
    guard,
  };
}

async function measure(stores: AgentStore[], referenced: string[] = []) {
  const files = await agentFiles({
    ...fresh(),
    stores,
    referenced: new Set(referenced),
    now: NOW,
    isDeadPid: null,
  });
  return Object.fromEntries(
    [...files].map(([agent, { classes, locks }]) => [
      agent,
      { ...Object.fromEntries(classes.map((each) => [each.class, `${each.files} of ${each.bytes}`])), locks },
    ]),
  );
}

const NO_LOCKS = { held: 0, stale: 0 };

describe('agentFiles', () => {
  it('tells the transcripts that an index refers to from those that none does', async () => {
    const stateDir = newFolder();
    const used = put(join(stateDir, 'agents/main/sessions/a.jsonl'), 10);
    put(join(stateDir, 'agents/main/sessions/b.jsonl'), 5);
    put(join(stateDir, 'agents/main/agent/models.json'), 3);
    expect(await measure([store(stateDir, 'main')], [used])).toEqual({
      main: { transcript: '1 of 10', orphan: '1 of 5', other: '1 of 3', locks: NO_LOCKS },
    });
  });

  it.each([
    ['that is gone', '{"pid":4711}', 'stale'],
    ['that is there', '{"pid":4712}', 'held'],
    ['that it does not name', '{}', 'held'],
  ])('judges a young lock by its process too where that means something: one %s', async (_, lock, state) => {
    const stateDir = newFolder();
    writeFileSync(put(join(stateDir, 'agents/main/sessions/a.jsonl.lock'), 1), lock);
    const input = { stores: [store(stateDir, 'main')], referenced: new Set<string>(), now: Date.now() };
    const files = await agentFiles({ ...fresh(), ...input, isDeadPid: (pid) => pid === 4711 });
    expect(files.get('main')?.locks).toEqual({ ...NO_LOCKS, [state]: 1 });
  });

  it('judges a lock by its age: half a minute for the index, half an hour for a transcript', async () => {
    const stateDir = newFolder();
    put(join(stateDir, 'agents/main/sessions/sessions.json.lock'), 1, 31);
    put(join(stateDir, 'agents/main/sessions/a.jsonl.lock'), 1, 31);
    put(join(stateDir, 'agents/main/sessions/b.jsonl.lock'), 1, 30 * 60 + 1);
    put(join(stateDir, 'agents/ops/sessions/sessions.json.lock'), 1, -60);
    const { main, ops } = await measure([store(stateDir, 'main'), store(stateDir, 'ops')]);
    expect([main?.locks, ops?.locks]).toEqual([
      { held: 1, stale: 2 },
      { held: 1, stale: 0 },
    ]);
  });

  it('gives what lies in the folders of an agent that is left alone to no other agent', async () => {
    const stateDir = newFolder();
    const shared = put(join(stateDir, 'agents/main/sessions/sessions.json'), 10);
    put(join(stateDir, 'agents/main/sessions/a.jsonl'), 5);
    put(join(stateDir, 'agents/ops/agent/models.json'), 3);
    const stores = [store(stateDir, 'main'), store(stateDir, 'ops', { indexPath: shared })];
    const input = { ...fresh(), stores, referenced: new Set<string>(), now: NOW, isDeadPid: null };
    const files = await agentFiles({ ...input, leftAlone: new Set(['main']) });
    expect([...files].map(([agent, { classes }]) => [agent, classes])).toEqual([
      ['ops', [{ class: 'other', files: 1, bytes: 3 }]],
    ]);
  });

  it('counts files whose names are no UTF-8, also those that Node reads as the same name', async () => {
    const stateDir = newFolder();
    const sessions = join(stateDir, 'agents/main/sessions');
    put(join(sessions, 'a.jsonl'), 1);
    // A name of its own, as which Node reads all others.
    put(join(sessions, '\ufffd.jsonl'), 10);
    const raw = (...bytes: number[]) => Buffer.concat([Buffer.from(`${sessions}/`), Buffer.from(bytes)]);
    const suffix = [...Buffer.from('.jsonl')];
    for (const byte of [0x80, 0xfe, 0xff]) writeFileSync(raw(byte, ...suffix), 'x'.repeat(100));
    writeFileSync(raw(0xff, ...Buffer.from('.lock')), '{}');
    mkdirSync(raw(0xff));
    const found = await measure([store(stateDir, 'main')], [join(sessions, 'a.jsonl')]);
    expect(found.main).toMatchObject({ transcript: '1 of 1', orphan: '4 of 310', lock: '1 of 2' });
  });

  it('follows no link, neither to a file nor to a folder', async () => {
    const [stateDir, elsewhere] = [newFolder(), newFolder()];
    put(join(elsewhere, 'sessions/x.jsonl'), 7);
    mkdirSync(join(stateDir, 'agents/main/sessions'), { recursive: true });
    symlinkSync(join(elsewhere, 'sessions/x.jsonl'), join(stateDir, 'agents/main/sessions/x.jsonl'));
    symlinkSync(elsewhere, join(stateDir, 'agents/main/sessions/more'));
    expect(await measure([store(stateDir, 'main')])).toEqual({ main: { locks: NO_LOCKS } });
  });

  it('counts the files of a shared store elsewhere once, for its first agent, and nothing else that lies there', async () => {
    const [stateDir, elsewhere] = [newFolder(), newFolder()];
    const indexPath = put(join(elsewhere, 'claw.json'), 4);
    const used = put(join(elsewhere, 'a.jsonl'), 6);
    put(join(elsewhere, 'holiday.jpg'), 1000);
    put(join(elsewhere, 'music/song.jsonl'), 1000);
    const shared = { indexPath, root: elsewhere, sharedBy: ['main', 'ops'] };
    expect(await measure([store(stateDir, 'main', shared), store(stateDir, 'ops', shared)], [used])).toEqual({
      main: { index: '1 of 4', transcript: '1 of 6', locks: NO_LOCKS },
      ops: { locks: NO_LOCKS },
    });
  });

  it('counts a file once where the store lies in the folder of the agent, and by the same names as in sessions/', async () => {
    const stateDir = newFolder();
    const home = join(stateDir, 'agents/main');
    const indexPath = put(join(home, 'store/main.json'), 4);
    const used = put(join(home, 'store/a.jsonl'), 6);
    put(join(home, 'store/main.json~'), 1);
    put(join(home, 'store/upload.tmp'), 2);
    put(join(home, 'store/old/z.jsonl'), 10);
    put(join(home, 'store/cold/z.jsonl.zst'), 20);
    put(join(home, 'sessions/b.jsonl'), 7);
    put(join(home, 'sessions/sessions.json'), 30);
    expect(await measure([store(stateDir, 'main', { indexPath })], [used])).toEqual({
      main: {
        index: '1 of 4',
        transcript: '1 of 6',
        orphan: '1 of 7',
        backup: '1 of 1',
        temporary: '1 of 2',
        cold: '1 of 20',
        other: '2 of 40',
        locks: NO_LOCKS,
      },
    });
  });

  it('counts a shared store in the folder of a later agent for the first, and what else lies there for the later', async () => {
    const stateDir = newFolder();
    const indexPath = put(join(stateDir, 'agents/ops/sessions/sessions.json'), 4);
    put(join(stateDir, 'agents/ops/sessions/a.jsonl'), 6);
    put(join(stateDir, 'agents/ops/sessions/skills-prompts/x.txt'), 8);
    put(join(stateDir, 'agents/ops/agent/models.json'), 3);
    const shared = { indexPath, sharedBy: ['main', 'ops'] };
    expect(await measure([store(stateDir, 'main', shared), store(stateDir, 'ops', shared)])).toEqual({
      main: { index: '1 of 4', orphan: '1 of 6', locks: NO_LOCKS },
      ops: { other: '2 of 11', locks: NO_LOCKS },
    });
  });

  it('knows the agent’s own database wherever it lies; the one in its usual place is other then', async () => {
    const [stateDir, elsewhere] = [newFolder(), newFolder()];
    const path = put(join(elsewhere, 'claw.ops.sqlite'), 40);
    put(`${path}-wal`, 5);
    put(`${path}-shm`, 6);
    put(join(elsewhere, 'claw.sqlite'), 1000);
    put(join(elsewhere, `a.jsonl.deleted.2026-10-02T08-00-00.001Z.0123456789abcdef0123456789abcdef.zst`), 9);
    put(join(stateDir, 'agents/ops/agent/openclaw-agent.sqlite'), 3);
    put(join(stateDir, 'agents/ops/agent/openclaw-agent.sqlite-wal'), 2);
    const database = { path, root: elsewhere, sharedBy: null, problem: null };
    const indexPath = join(elsewhere, 'claw.json');
    expect(await measure([store(stateDir, 'ops', { indexPath, root: elsewhere, database })])).toEqual({
      ops: { database: '1 of 40', wal: '1 of 5', deleted: '1 of 9', other: '3 of 11', locks: NO_LOCKS },
    });
  });

  it('has nothing for an agent that was never used', async () => {
    expect(await measure([store(newFolder(), 'main')])).toEqual({ main: { locks: NO_LOCKS } });
  });
});
