import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DatabaseProblem, databaseSignature, readDatabase } from '../../src/disk/database-file.ts';
import {
  closedDatabase,
  heldDatabase,
  insertEvents,
  killedDatabase,
  listing,
  THIRTY_EVENTS,
  WAL,
} from '../support/databases.ts';
import { newFolder } from '../support/folder.ts';
import { asNobody, IS_ROOT, inProcessOfNobody, NOBODY } from '../support/nobody.ts';

let folder: string;
let root: string;
let path: string;

beforeEach(() => {
  folder = newFolder();
  root = join(folder, 'state');
  path = join(root, 'agent.sqlite');
  mkdirSync(root);
});
afterEach(() => chmodSync(root, 0o700));

function count(database: DatabaseSync): unknown {
  return database.prepare('SELECT count(*) AS count, max(payload) FROM events').get()?.count;
}

function problem(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error instanceof Error && 'problem' in error ? error.problem : error;
  }
}

function old(file: string): void {
  utimesSync(file, 1_700_000_000, 1_700_000_000);
}

function overwrite(file: string, at: number, bytes: Buffer): void {
  const content = readFileSync(file);
  bytes.copy(content, at);
  writeFileSync(file, content);
}

const mkfifo = (at: string) => execFileSync('mkfifo', [at]);

describe('a bad database', () => {
  const NOT_FILES: [string, DatabaseProblem, () => void][] = [
    ['is not there', 'missing', () => {}],
    ['is a name that is too long', 'missing', () => rename('x'.repeat(300))],
    ['is a folder', 'database_unreadable', () => mkdirSync(path)],
    ['is a FIFO', 'database_unreadable', () => mkfifo(path)],
    ['is a link to a device', 'database_unreadable', () => symlinkSync('/dev/zero', path)],
    ['is a link to itself', 'database_unreadable', () => symlinkSync(path, path)],
    ['is a link to nothing', 'missing', () => symlinkSync(join(root, 'nothing'), path)],
    [
      'is a link out of the root',
      'database_unreadable',
      () => {
        closedDatabase(join(folder, 'outside.sqlite'), ...THIRTY_EVENTS);
        symlinkSync(join(folder, 'outside.sqlite'), path);
      },
    ],
    [
      'lies in a folder that is a link out of the root',
      'database_unreadable',
      () => {
        mkdirSync(join(folder, 'outside'));
        closedDatabase(join(folder, 'outside', 'agent.sqlite'), ...THIRTY_EVENTS);
        symlinkSync(join(folder, 'outside'), join(root, 'agent'));
        path = join(root, 'agent', 'agent.sqlite');
      },
    ],
  ];
  const FILES: typeof NOT_FILES = [
    ['is text', 'database_unreadable', () => writeFileSync(path, 'no database, but long enough for one\n'.repeat(300))],
    ['is one byte', 'database_unreadable', () => writeFileSync(path, 'S')],
    ['is the first bytes of one', 'database_unreadable', () => writeFileSync(path, 'SQLite format 3\0')],
    ['is a header alone', 'database_unreadable', () => made(WAL) && truncateSync(path, 100)],
    ['is cut to a page', 'database_unreadable', () => made(WAL) && truncateSync(path, 4096)],
    ['is cut in a page', 'database_unreadable', () => made() && truncateSync(path, statSync(path).size - 1000)],
    [
      'has a schema of rubbish',
      'database_unreadable',
      () => made(WAL) && overwrite(path, 100, Buffer.alloc(3996, 0xa5)),
    ],
    ['has pages of rubbish', 'database_unreadable', () => made(WAL) && overwrite(path, 4096, Buffer.alloc(8192, 0xa5))],
    // SQLITE_ERROR, as a table that is not there.
    [
      'has an unknown schema format',
      'database_unreadable',
      () => made() && overwrite(path, 44, Buffer.from([0, 0, 0, 9])),
    ],
    ['has an unknown read version', 'database_unreadable', () => made() && overwrite(path, 18, Buffer.from([3, 3]))],
  ];

  function rename(name: string): void {
    path = join(root, name);
  }
  function made(...settings: string[]): true {
    closedDatabase(path, ...settings, ...THIRTY_EVENTS);
    return true;
  }

  it.each([...NOT_FILES, ...FILES])('that %s: %s, and nothing is touched', (_, expected, make) => {
    make();
    const before = listing(root);
    expect(problem(() => readDatabase(path, root, count))).toBe(expected);
    expect(listing(root)).toEqual(before);
  });

  it.each([
    ['-wal', 'a FIFO', mkfifo],
    ['-shm', 'a FIFO', mkfifo],
    ['-journal', 'a FIFO', mkfifo],
    ['-wal', 'a folder', (at: string) => mkdirSync(at)],
    ['-shm', 'a folder', (at: string) => mkdirSync(at)],
    ['-journal', 'a folder', (at: string) => mkdirSync(at)],
    ['-wal', 'a link to a device', (at: string) => symlinkSync('/dev/zero', at)],
    ['-shm', 'a link to a device', (at: string) => symlinkSync('/dev/zero', at)],
    ['-journal', 'a link to a device', (at: string) => symlinkSync('/dev/zero', at)],
  ])('whose %s is %s is not opened', (suffix, _, make) => {
    for (const settings of [[WAL], []]) {
      for (const create of [closedDatabase, killedDatabase]) {
        rmSync(root, { recursive: true });
        mkdirSync(root);
        create(path, ...settings, ...THIRTY_EVENTS);
        rmSync(`${path}${suffix}`, { force: true });
        make(`${path}${suffix}`);
        const before = listing(root);
        expect(problem(() => readDatabase(path, root, count))).toBe('database_unreadable');
        expect(problem(() => databaseSignature(path, root))).toBe('database_unreadable');
        expect(listing(root)).toEqual(before);
      }
    }
  });

  it.each(NOT_FILES)('that %s has no signature', (_, expected, make) => {
    make();
    expect(problem(() => databaseSignature(path, root))).toBe(expected);
  });

  it.each([512, 65_536])('has a whole number of pages, also of %i bytes', (size) => {
    closedDatabase(path, `PRAGMA page_size = ${size}`, ...THIRTY_EVENTS);
    expect(readDatabase(path, root, count)).toBe(30);
    truncateSync(path, statSync(path).size - 100);
    expect(problem(() => readDatabase(path, root, count))).toBe('database_unreadable');
  });

  it('whose WAL is a link is not read past it', () => {
    killedDatabase(path, WAL, ...THIRTY_EVENTS);
    renameSync(`${path}-wal`, join(root, 'log'));
    symlinkSync('log', `${path}-wal`);
    expect(problem(() => readDatabase(path, root, count))).toBe('database_unreadable');
  });

  it('that is a link is not followed, also where it stays inside the root', () => {
    closedDatabase(join(root, 'real.sqlite'), WAL, ...THIRTY_EVENTS);
    symlinkSync('real.sqlite', path);
    expect(problem(() => readDatabase(path, root, count))).toBe('database_unreadable');
    expect(readdirSync(root).sort()).toEqual(['agent.sqlite', 'real.sqlite']);
  });

  it.each([
    ['new', 'busy', () => {}],
    ['old', 'database_unreadable', () => old(path)],
    ['new, beside a WAL', 'database_unreadable', () => writeFileSync(`${path}-wal`, 'all that is left')],
    ['new, beside a journal', 'database_unreadable', () => writeFileSync(`${path}-journal`, 'all that is left')],
  ])('of 0 bytes, %s: %s; what stands beside it stays', (_, expected, change) => {
    writeFileSync(path, '');
    change();
    const before = listing(root);
    expect(problem(() => readDatabase(path, root, count))).toBe(expected);
    expect(listing(root)).toEqual(before);
  });

  it('of rubbish that only a later statement meets is unreadable, not an error of the caller', () => {
    closedDatabase(path, WAL, ...THIRTY_EVENTS);
    overwrite(path, 4096, Buffer.alloc(8192, 0xa5));
    let began = 0;
    const read = (database: DatabaseSync) => {
      began += 1;
      return count(database);
    };
    expect(problem(() => readDatabase(path, root, read))).toBe('database_unreadable');
    expect(began).toBe(1);
  });
});

describe('a database that changes while it is open', () => {
  const KINDS: [string, () => void | Promise<void>][] = [
    ['closed', () => closedDatabase(path, WAL, ...THIRTY_EVENTS)],
    ['killed', () => killedDatabase(path, WAL, ...THIRTY_EVENTS)],
    [
      'running',
      async () => {
        await heldDatabase(path, WAL, ...THIRTY_EVENTS);
      },
    ],
    ['of a rollback journal', () => closedDatabase(path, ...THIRTY_EVENTS)],
  ];

  it.each(KINDS)('%s: deleted is missing', async (_, make) => {
    await make();
    const seen: unknown[] = [];
    const read = (database: DatabaseSync) => {
      for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
      seen.push(count(database));
    };
    expect(problem(() => readDatabase(path, root, read))).toBe('missing');
    expect(seen).toEqual([30]);
    expect(readdirSync(root)).toEqual([]);
  });

  it.each(KINDS)('%s: replaced is read again', async (_, make) => {
    await make();
    const other = join(folder, 'other.sqlite');
    closedDatabase(other, WAL, ...THIRTY_EVENTS, insertEvents(31, 50));
    const seen: unknown[] = [];
    const read = (database: DatabaseSync) => {
      if (existsSync(other)) {
        for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
        renameSync(other, path);
      }
      seen.push(count(database));
      return seen.at(-1);
    };
    expect(readDatabase(path, root, read)).toBe(50);
    expect(seen).toEqual([30, 50]);
  });

  it('damaged for a moment is read again', () => {
    closedDatabase(path, ...THIRTY_EVENTS);
    const whole = readFileSync(path);
    let began = 0;
    const read = (database: DatabaseSync) => {
      began += 1;
      if (began > 1) return count(database);
      overwrite(path, 4096, Buffer.alloc(8192, 0xa5));
      try {
        return count(database);
      } finally {
        writeFileSync(path, whole);
      }
    };
    expect(readDatabase(path, root, read)).toBe(30);
    expect(began).toBe(2);
  });

  it('replaced at every attempt is busy', () => {
    const other = join(folder, 'other.sqlite');
    closedDatabase(path, ...THIRTY_EVENTS);
    const read = (database: DatabaseSync) => {
      copyFileSync(path, other);
      renameSync(other, path);
      return count(database);
    };
    expect(problem(() => readDatabase(path, root, read))).toBe('busy');
  });

  it.each(KINDS)('%s: cut off is unreadable', async (_, make) => {
    await make();
    closedDatabase(path, insertEvents(31, 4000), 'PRAGMA wal_checkpoint(TRUNCATE)');
    const read = (database: DatabaseSync) => {
      truncateSync(path, 8192);
      return count(database);
    };
    expect(problem(() => readDatabase(path, root, read))).toBe('database_unreadable');
  });
});

describe('a database of another user', () => {
  /** Reads 20 times as a user whom modes apply to; what it saw. */
  function readAsNobody(): Promise<unknown[]> {
    return asNobody(() => {
      const seen = new Set<unknown>();
      for (let time = 0; time < 20; time += 1) {
        seen.add(
          problem(() => {
            databaseSignature(path, root);
            return readDatabase(path, root, count);
          }),
        );
      }
      return [...seen];
    });
  }

  function files(): string[] {
    return readdirSync(root).map((name) => join(root, name));
  }

  beforeEach(() => {
    // Its own folder, which it may enter.
    if (IS_ROOT) chownSync(folder, NOBODY, NOBODY);
  });

  const KINDS: [string, () => void | Promise<void>][] = [
    ['closed', () => closedDatabase(path, WAL, ...THIRTY_EVENTS)],
    ['killed', () => killedDatabase(path, WAL, ...THIRTY_EVENTS)],
    ['stopped', () => killedDatabase(path, WAL, ...THIRTY_EVENTS, 'PRAGMA wal_checkpoint(TRUNCATE)')],
    [
      'running',
      async () => {
        await heldDatabase(path, WAL, ...THIRTY_EVENTS);
      },
    ],
    ['of a rollback journal', () => closedDatabase(path, ...THIRTY_EVENTS)],
  ];

  it.each(KINDS)('%s, which it may only read: all is read', async (_, make) => {
    await make();
    for (const file of files()) chmodSync(file, 0o444);
    chmodSync(root, 0o555);
    const before = listing(root);
    expect(await readAsNobody()).toEqual([30]);
    expect(listing(root)).toEqual(before);
  });

  it.each(KINDS)(
    '%s, whose files it owns as a gateway does: nothing is touched, not even the ctime',
    async (_, make) => {
      await make();
      for (const file of IS_ROOT ? [root, ...files()] : []) chownSync(file, NOBODY, NOBODY);
      const before = listing(root, true);
      expect(await readAsNobody()).toEqual([30]);
      expect(listing(root, true)).toEqual(before);
    },
  );

  it('one of whose files is closed to it is permission_denied', async () => {
    const paths = ['', '-wal', '-shm', '-journal'].map((suffix) => {
      const file = join(root, `closed${suffix}.sqlite`);
      killedDatabase(file, ...(suffix === '-journal' ? [] : [WAL]), ...THIRTY_EVENTS);
      if (suffix === '-journal') writeFileSync(`${file}-journal`, '');
      for (const each of files()) chmodSync(each, 0o444);
      return [file, `${file}${suffix}`] as const;
    });
    for (const [, closed] of paths) chmodSync(closed, 0o000);
    const { counts } = await inProcessOfNobody({ counts: paths.map(([file]) => ({ path: file, root })) });
    expect(counts).toEqual(paths.map(() => 'permission_denied'));
  });

  it('in a folder that is closed to it is permission_denied', async () => {
    closedDatabase(path, WAL, ...THIRTY_EVENTS);
    chmodSync(root, 0o000);
    expect(await readAsNobody()).toEqual(['permission_denied']);
  });
});
