import { mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readDatabase } from '../../src/disk/database-file.ts';
import { isWalHeader } from '../../src/disk/wal-header.ts';
import { closedDatabase, heldDatabase, killedDatabase, listing, THIRTY_EVENTS, WAL } from '../support/databases.ts';
import { newFolder } from '../support/folder.ts';

const HEADER_BYTES = 32;
/** Rows that are in the file when the WAL is not read; OpenClaw's own databases have their tables in it too. */
const TEN = [WAL, ...THIRTY_EVENTS.slice(0, 2), 'PRAGMA wal_checkpoint(TRUNCATE)'];
const TWENTY_MORE = THIRTY_EVENTS.slice(2);

let root: string;
let path: string;
let wal: string;

beforeEach(() => {
  const folder = newFolder();
  root = join(folder, 'state');
  path = join(root, 'agent.sqlite');
  wal = `${path}-wal`;
  mkdirSync(root);
});

/** What a read sees: rows, or the problem; and it touches nothing. */
function seen(): unknown {
  const before = listing(root);
  try {
    return readDatabase(
      path,
      root,
      (database: DatabaseSync) => database.prepare('SELECT count(*) AS n FROM events').get()?.n,
    );
  } catch (error) {
    return error instanceof Error && 'problem' in error ? error.problem : error;
  } finally {
    expect(listing(root)).toEqual(before);
  }
}

function change(edit: (content: Buffer) => Buffer): void {
  writeFileSync(wal, edit(readFileSync(wal)));
}

function flipped(at: number): (content: Buffer) => Buffer {
  return (content) => {
    content[at] = (content[at] ?? 0) ^ 0x40;
    return content;
  };
}

const BAD: [string, (content: Buffer) => Buffer][] = [
  ['of another magic', flipped(0)],
  ['of another format', flipped(5)],
  ['of another page size', flipped(10)],
  ['of another checkpoint', flipped(15)],
  ['of another salt', flipped(17)],
  ['of another checksum', flipped(30)],
  ['of zeros', (content) => content.fill(0, 0, HEADER_BYTES)],
  ['and pages of zeros', (content) => content.fill(0)],
  ['of text', () => Buffer.from('no log, but longer than the header of one\n'.repeat(3))],
  ['that is cut', (content) => content.subarray(0, 20)],
  ['of a database with other pages', () => walOf(1024)],
];

/** The WAL of another database. */
function walOf(pageBytes: number): Buffer {
  const other = join(root, '..', 'other.sqlite');
  killedDatabase(other, `PRAGMA page_size = ${pageBytes}`, WAL, ...THIRTY_EVENTS);
  return readFileSync(`${other}-wal`);
}

describe('a WAL with a header', () => {
  it.each(BAD)('%s is damage, of a killed gateway, with its -shm and without it', (_, edit) => {
    killedDatabase(path, ...TEN, ...TWENTY_MORE);
    change(edit);
    expect(seen()).toBe('database_unreadable');
    rmSync(`${path}-shm`);
    expect(seen()).toBe('database_unreadable');
  });

  it('that is damaged is damage also while a gateway runs, which sees all of it until it is started again', async () => {
    const held = await heldDatabase(path, ...TEN, ...TWENTY_MORE);
    onTestFinished(() => held.end());
    const whole = readFileSync(wal);
    change(flipped(2));
    expect(seen()).toBe('database_unreadable');
    writeFileSync(wal, whole);
    expect(seen()).toBe(30);
  });
});

describe('no damage is', () => {
  it.each([512, 4096, 65_536])('a WAL of pages of %i bytes', (pageBytes) => {
    killedDatabase(path, `PRAGMA page_size = ${pageBytes}`, ...TEN, ...TWENTY_MORE);
    expect(seen()).toBe(30);
    expect(isWalHeader(readFileSync(wal), pageBytes)).toBe(true);
  });

  it('a WAL of its header alone, or cut in its first page: its owner was killed before the first commit', () => {
    killedDatabase(path, ...TEN, ...TWENTY_MORE);
    for (const bytes of [1000, HEADER_BYTES]) {
      truncateSync(wal, bytes);
      expect(seen()).toBe(10);
    }
  });

  it('a WAL of 0 bytes, and none', () => {
    killedDatabase(path, ...TEN);
    expect(statSync(wal).size).toBe(0);
    expect(seen()).toBe(10);
    closedDatabase(path, 'SELECT 1 FROM events');
    expect(seen()).toBe(10);
  });

  it('a WAL that was begun anew: a new salt, and old pages behind the new ones', () => {
    killedDatabase(path, ...TEN, ...TWENTY_MORE, 'PRAGMA wal_checkpoint(RESTART)', 'DELETE FROM events WHERE n > 29');
    expect(seen()).toBe(29);
  });
});
