import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Scanner, Work } from '../../src/scan/scanner.ts';
import { liveDatabase } from '../support/live-database.ts';
import { testScanner } from '../support/scan.ts';
import { NOW } from '../support/sessions.ts';
import { createState } from '../support/state.ts';

const SESSIONS = 40;
const LINE = `${JSON.stringify({ type: 'message', message: { role: 'user', content: 'more' } })}\n`;

/** A store of the file era, old enough that no time is due. */
function fileStore() {
  const keys = Array.from({ length: SESSIONS }, (_, at) => `agent:main:telegram:direct:${at}`);
  const state = createState({
    agents: { main: { index: Object.fromEntries(keys.map((key) => [key, {}])) }, ops: { index: {} } },
    files: { 'agents/main/sessions/left.jsonl': LINE, 'agents/main/agent/models.json': '{}' },
  });
  return { state, scanner: testScanner(state.dir, { now: () => NOW }), key: keys[7] ?? '' };
}

function database() {
  const live = liveDatabase(SESSIONS, 1);
  live.settle();
  return { live, scanner: testScanner(live.stateDir, { now: () => NOW }) };
}

/** What a quick scan costs; what costs nothing is left out. */
async function cost(scanner: Scanner): Promise<Partial<Work>> {
  const before = scanner.work();
  await scanner.quick();
  const spent = Object.entries(scanner.work()).map(([name, count]) => [
    name,
    count - Number(Object.entries(before).find(([each]) => each === name)?.[1]),
  ]);
  return Object.fromEntries(spent.filter(([, count]) => count !== 0));
}

describe.each(['quick', 'deep'] as const)('files, after a %s scan', (first) => {
  // Index, transcripts and the file beside them; the folders of two agents; the other file, and the other index.
  const FILES = 1 + SESSIONS + 1 + 2 + 1 + 1 + 1;
  const LOOKS = { files: FILES, folders: 5 };

  it('an unchanged scan looks at each file once, and does nothing else', async () => {
    const { scanner } = fileStore();
    await scanner[first]();
    if (first === 'deep') await scanner.quick();
    expect(await cost(scanner)).toEqual(LOOKS);
  });

  it('a transcript that grew is one session read, classified and rendered', async () => {
    const { state, scanner, key } = fileStore();
    await scanner[first]();
    await scanner.quick();
    appendFileSync(state.transcriptPath(key), LINE);
    const read = first === 'deep' ? { transcriptBytes: LINE.length } : {};
    expect(await cost(scanner)).toEqual({ ...LOOKS, ...read, classified: 1, taken: 1, renders: 1 });
    expect(await cost(scanner)).toEqual(LOOKS);
  });

  it('an entry that changed is one session of a whole new index', async () => {
    const { state, scanner, key } = fileStore();
    await scanner[first]();
    await scanner.quick();
    state.addSession(key, { totalTokens: 701 });
    expect(await cost(scanner)).toMatchObject({ ...LOOKS, indexReads: 1, classified: 1, renders: 1 });
    expect(await cost(scanner)).toEqual(LOOKS);
  });

  it('a file that comes and goes beside them is counted, and no session is touched', async () => {
    const { state, scanner } = fileStore();
    await scanner[first]();
    await scanner.quick();
    const path = join(state.folder('main'), 'x.jsonl.lock');
    writeFileSync(path, '{}');
    expect(await cost(scanner)).toEqual({ files: FILES + 1, folders: 5, taken: 1, renders: 1 });
    renameSync(path, `${path}.tmp`);
    expect(await cost(scanner)).toEqual({ files: FILES + 1, folders: 5, taken: 1, renders: 1 });
  });
});

it('the config is read again when it changed, and every session judged anew', async () => {
  const { state, scanner } = fileStore();
  await scanner.quick();
  const list = [{ id: 'main' }, { id: 'ops' }, { id: 'new' }];
  writeFileSync(join(state.dir, 'openclaw.json'), JSON.stringify({ agents: { list } }));
  expect(await cost(scanner)).toMatchObject({ configReads: 1, classified: SESSIONS, renders: 1 });
});

describe.each(['quick', 'deep'] as const)('a database, after a %s scan', (first) => {
  it('is not opened while it is unchanged', async () => {
    const { scanner } = database();
    await scanner[first]();
    await scanner.quick();
    const { files: _, folders: __, ...work } = await cost(scanner);
    expect(work).toEqual({});
  });

  it('with one row that changed is one row and one session', async () => {
    const { live, scanner } = database();
    await scanner[first]();
    await scanner.quick();
    live.setEntry(3, 2000, true);
    live.settle();
    expect(await cost(scanner)).toMatchObject({ rows: 1, classified: 1, renders: 1 });
  });

  it('with a transcript that grew is one row and one session', async () => {
    const { live, scanner } = database();
    await scanner[first]();
    await scanner.quick();
    live.append(3, ['answer']);
    live.settle();
    expect(await cost(scanner)).toMatchObject({ rows: 1, classified: 1, renders: 1 });
  });
});
