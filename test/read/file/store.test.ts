import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Snapshot, SnapshotAgent } from '../../../src/model/snapshot.ts';
import { newFolder } from '../../support/folder.ts';
import { testScanner, UNROUTED } from '../../support/scan.ts';
import { entryOf, NOW, transcriptLines } from '../../support/sessions.ts';
import { readableAgent } from '../../support/snapshot.ts';
import { createState } from '../../support/state.ts';

const GOOD = 'agent:good:telegram:direct:12345';
const TRANSCRIPT = transcriptLines('s1').join('');
const ENTRY = entryOf('s1');

function sessionsOf(stateDir: string, agent: string): string {
  const folder = join(stateDir, 'agents', agent, 'sessions');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** An agent `good` with one session, whose figures must stay whatever is beside it, and a `bad` that the config lists. */
function withGood(): string {
  return createState({ agents: { good: { index: { [GOOD]: { sessionId: 's1' } } }, bad: {} } }).dir;
}

async function deepScan(stateDir: string): Promise<Snapshot> {
  return (await testScanner(stateDir, { now: () => NOW, settings: UNROUTED }).deep()).snapshot;
}

function agentOf(snapshot: Snapshot, agent: string): SnapshotAgent {
  const found = snapshot.agents.find((known) => known.agent === agent);
  return found ?? expect.unreachable(`no agent ${agent}`);
}

function expectGood(snapshot: Snapshot): void {
  const good = readableAgent(snapshot, 'good');
  expect(good).toMatchObject({ layout: 'file', problems: [] });
  expect(good.sessions).toHaveLength(1);
  expect(good.sessions[0]).toMatchObject({
    findings: [],
    labels: {},
    session: { key: GOOD, kind: 'dm', tokens: 700, tokensSource: 'index', active: true },
  });
  expect(good.sessions[0]?.session.transcript).toMatchObject({
    state: 'there',
    bytes: TRANSCRIPT.length,
    messages: 2,
  });
}

describe('an index that cannot be used', () => {
  it.each([
    ['0 bytes', '', 'index_empty'],
    ['half of itself', `{"agent:bad:main":${JSON.stringify(ENTRY)},"agent:bad:x":{"sess`, 'index_invalid_json'],
    ['a list', '[]', 'index_invalid_json'],
    ['a string', '"x"', 'index_invalid_json'],
    ['null', 'null', 'index_invalid_json'],
    ['NUL bytes', '\0'.repeat(4096), 'index_invalid_json'],
  ])('of %s', async (_, content, problem) => {
    const stateDir = withGood();
    const folder = sessionsOf(stateDir, 'bad');
    writeFileSync(join(folder, 'sessions.json'), content);
    writeFileSync(join(folder, 's1.jsonl'), TRANSCRIPT);
    const snapshot = await deepScan(stateDir);
    expect(agentOf(snapshot, 'bad')).toMatchObject({
      readable: false,
      problems: [problem],
      layout: 'file',
    });
    expectGood(snapshot);
  });

  it.each<[what: string, make: (path: string) => void]>([
    ['a folder', (path) => mkdirSync(path)],
    ['a FIFO', (path) => execFileSync('mkfifo', [path])],
    ['a link out', (path) => symlinkSync('/etc/passwd', path)],
    ['a link to a device', (path) => symlinkSync('/dev/zero', path)],
    ['a loop of links', (path) => symlinkSync('sessions.json', path)],
  ])('that is %s', async (_, make) => {
    const stateDir = withGood();
    make(join(sessionsOf(stateDir, 'bad'), 'sessions.json'));
    const snapshot = await deepScan(stateDir);
    expect(agentOf(snapshot, 'bad')).toMatchObject({ readable: false, problems: ['index_unreadable'] });
    expectGood(snapshot);
  });

  it('is read behind a link that stays inside', async () => {
    const stateDir = withGood();
    mkdirSync(join(stateDir, 'agents/bad'));
    symlinkSync('../good/sessions', join(stateDir, 'agents/bad/sessions'));
    expect(readableAgent(await deepScan(stateDir), 'bad').sessions).toHaveLength(1);
  });

  it('is a problem only while it cannot', async () => {
    const stateDir = withGood();
    const index = join(sessionsOf(stateDir, 'good'), 'sessions.json');
    const scanner = testScanner(stateDir, { now: () => NOW, settings: UNROUTED });
    expectGood((await scanner.deep()).snapshot);
    writeFileSync(index, '{');
    expect(agentOf((await scanner.quick()).snapshot, 'good')).toMatchObject({ readable: false });
    rmSync(index);
    expect(agentOf((await scanner.quick()).snapshot, 'good')).toMatchObject({
      problems: ['index_missing'],
      sessions: [],
    });
    writeFileSync(index, JSON.stringify({ [GOOD]: ENTRY }));
    await scanner.quick();
    expectGood((await scanner.deep()).snapshot);
  });
});

describe('a store without an index', () => {
  const EMPTY = { layout: 'empty', readable: true, problems: [], sessions: [], lastWriteMs: null };
  const MISSING = { layout: 'file', readable: true, problems: ['index_missing'], sessions: [] };

  it.each<[files: string[], agent: object]>([
    [[], EMPTY],
    [['x.jsonl'], MISSING],
    [['x-topic-42.jsonl'], MISSING],
    [['2026-02-06T10-00-00.000Z_0b8a.jsonl'], MISSING],
    [['x.trajectory.jsonl', 'x.trajectory-path.json'], EMPTY],
    [['x.checkpoint.0b8a1c2d-1111-4222-8333-444455556666.jsonl'], EMPTY],
    [['x.jsonl.reset.2026-02-06T10-00-00.000Z', 'x.jsonl.deleted.2026-02-06T10-00-00Z', 'x.jsonl.bak.1'], EMPTY],
    [['sessions.json.lock', 'sessions.json.1234.tmp', 'sessions.json.bak.1700000000000'], EMPTY],
    [['notes.txt', 'x.json'], EMPTY],
    [['x.trajectory.jsonl', 'x.jsonl'], MISSING],
  ])('and with %j', async (files, expected) => {
    const stateDir = withGood();
    const folder = sessionsOf(stateDir, 'bad');
    for (const name of files) writeFileSync(join(folder, name), TRANSCRIPT);
    const snapshot = await deepScan(stateDir);
    expect(agentOf(snapshot, 'bad')).toMatchObject(expected);
    expectGood(snapshot);
  });

  it('has no sessions folder', async () => {
    const stateDir = withGood();
    mkdirSync(join(stateDir, 'agents/bad'));
    expect(agentOf(await deepScan(stateDir), 'bad')).toMatchObject(EMPTY);
  });

  it('has a file where the folder should be', async () => {
    const stateDir = withGood();
    mkdirSync(join(stateDir, 'agents/bad'));
    writeFileSync(join(stateDir, 'agents/bad/sessions'), '');
    const snapshot = await deepScan(stateDir);
    expect(agentOf(snapshot, 'bad')).toMatchObject({ readable: false, problems: ['index_unreadable'] });
    expectGood(snapshot);
  });

  it('has a folder and a link to nothing that are called as transcripts are', async () => {
    const stateDir = withGood();
    const folder = sessionsOf(stateDir, 'bad');
    mkdirSync(join(folder, 'x.jsonl'));
    symlinkSync('gone', join(folder, 'y.jsonl'));
    expect(agentOf(await deepScan(stateDir), 'bad')).toMatchObject(EMPTY);
  });

  it('has an index without entries, which is a file store', async () => {
    const stateDir = withGood();
    writeFileSync(join(sessionsOf(stateDir, 'bad'), 'sessions.json'), '{}');
    expect(agentOf(await deepScan(stateDir), 'bad')).toMatchObject({ layout: 'file', readable: true, problems: [] });
  });
});

describe('archived sessions', () => {
  it('are counted and take part in nothing', async () => {
    const stateDir = newFolder();
    const entries = {
      'agent:good:a': { ...ENTRY, archivedAt: NOW, sessionFile: null },
      'agent:good:b': { ...ENTRY, archivedAt: 1 },
      'agent:good:c': { ...ENTRY, archivedAt: 0 },
      'agent:good:d': { ...ENTRY, archivedAt: null },
      'agent:good:e': { ...ENTRY, archivedAt: 'yes' },
      'agent:good:f': { ...ENTRY, archivedAt: -1 },
    };
    writeFileSync(join(sessionsOf(stateDir, 'good'), 'sessions.json'), JSON.stringify(entries));
    const { archived, sessions } = readableAgent(await deepScan(stateDir), 'good');
    expect(archived).toBe(2);
    expect(sessions.map(({ session }) => session.key.at(-1))).toEqual(['c', 'd', 'e', 'f']);
  });
});

describe('a state directory', () => {
  it('that is missing, then empty, then used, then gone, is told as that', async () => {
    const source = withGood();
    rmSync(join(source, 'openclaw.json'));
    const stateDir = join(newFolder(), 'later');
    const scanner = testScanner(stateDir, { now: () => NOW, settings: UNROUTED });
    expect((await scanner.quick()).snapshot).toMatchObject({ unreadable: 'missing', agents: [] });
    mkdirSync(stateDir);
    expect((await scanner.deep()).snapshot).toMatchObject({ unreadable: 'empty', agents: [] });
    renameSync(join(source, 'agents'), join(stateDir, 'agents'));
    await scanner.quick();
    const { snapshot } = await scanner.deep();
    expect(snapshot.unreadable).toBeNull();
    expectGood(snapshot);
    rmSync(stateDir, { recursive: true });
    expect((await scanner.quick()).snapshot).toMatchObject({ unreadable: 'missing', agents: [] });
  });

  it('that is a file, is no state directory', async () => {
    const stateDir = join(newFolder(), 'file');
    writeFileSync(stateDir, '');
    const { snapshot } = await testScanner(stateDir, { settings: UNROUTED }).deep();
    expect(snapshot.unreadable).not.toBeNull();
    expect(snapshot.agents).toEqual([]);
  });

  it('that is reached by a link, is read as what it is', async () => {
    const link = join(newFolder(), 'link');
    symlinkSync(withGood(), link);
    expectGood(await deepScan(link));
  });
});
