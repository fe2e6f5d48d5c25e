import {
  chownSync,
  copyFileSync,
  readdirSync,
  renameSync,
  statSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { databaseSignature, readDatabase } from '../../src/disk/database-file.ts';
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
import { IS_ROOT, NOBODY } from '../support/nobody.ts';

let root: string;
let path: string;

beforeEach(() => {
  root = newFolder();
  path = join(root, 'agent.sqlite');
});
afterEach(() => {
  vi.useRealTimers();
});

function count(database: DatabaseSync): unknown {
  return database.prepare('SELECT count(*) AS count FROM events').get()?.count;
}

/** The files are older than a clock tick, as those of a gateway that does nothing. */
function settle(): void {
  for (const file of [path, `${path}-wal`, `${path}-journal`]) {
    if (statSync(file, { throwIfNoEntry: false })) utimesSync(file, 1_700_000_000, 1_700_000_000);
  }
}

/** The file was written at this moment, and the moment stays: it is over in real time before a busy machine has looked. */
function writtenNow(): void {
  vi.useFakeTimers({ toFake: ['Date'] });
  const now = new Date();
  utimesSync(path, now, now);
}

/** A statement of some hundred milliseconds. */
const LONG = 'WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 2000000) SELECT max(n) FROM s';
const EMPTY_WAL = 'PRAGMA wal_checkpoint(TRUNCATE)';

/** Every way in which OpenClaw leaves a database behind, and the one in which it has it. */
const STATES: [string, () => void | Promise<void>][] = [
  ['closed', () => closedDatabase(path, WAL, ...THIRTY_EVENTS)],
  [
    'running',
    async () => {
      await heldDatabase(path, WAL, ...THIRTY_EVENTS);
    },
  ],
  [
    'running with an empty WAL',
    async () => {
      await heldDatabase(path, WAL, ...THIRTY_EVENTS, EMPTY_WAL);
    },
  ],
  [
    'running, in a transaction',
    async () => {
      await heldDatabase(path, WAL, ...THIRTY_EVENTS, 'BEGIN IMMEDIATE', insertEvents(31, 40));
    },
  ],
  ['killed', () => killedDatabase(path, WAL, ...THIRTY_EVENTS)],
  ['killed in a transaction', () => killedDatabase(path, WAL, ...THIRTY_EVENTS, 'BEGIN', insertEvents(31, 4000))],
  [
    'killed, its shm zeroed',
    () => {
      killedDatabase(path, WAL, ...THIRTY_EVENTS);
      writeFileSync(`${path}-shm`, Buffer.alloc(32_768));
    },
  ],
  [
    'killed, its shm of 0 bytes',
    () => {
      killedDatabase(path, WAL, ...THIRTY_EVENTS);
      truncateSync(`${path}-shm`, 0);
    },
  ],
  ['killed with an empty WAL', () => killedDatabase(path, WAL, ...THIRTY_EVENTS, EMPTY_WAL)],
  [
    'killed with an empty WAL, without its shm',
    () => {
      killedDatabase(path, WAL, ...THIRTY_EVENTS, EMPTY_WAL);
      unlinkSync(`${path}-shm`);
    },
  ],
  [
    'killed with an empty WAL, of which only the shm is left',
    () => {
      killedDatabase(path, WAL, ...THIRTY_EVENTS, EMPTY_WAL);
      unlinkSync(`${path}-wal`);
    },
  ],
  ['of a rollback journal', () => closedDatabase(path, ...THIRTY_EVENTS)],
  ['of a journal that stays', () => closedDatabase(path, 'PRAGMA journal_mode = PERSIST', ...THIRTY_EVENTS)],
  [
    'of a rollback journal, running',
    async () => {
      await heldDatabase(path, ...THIRTY_EVENTS, 'BEGIN IMMEDIATE', insertEvents(31, 40));
    },
  ],
];

describe('readDatabase', () => {
  it.each(STATES)('reads all of a database that is %s, and touches nothing, fresh or old', async (_, make) => {
    await make();
    const fresh = listing(root);
    for (let time = 0; time < 20; time += 1) expect(readDatabase(path, root, count)).toBe(30);
    expect(listing(root)).toEqual(fresh);
    settle();
    const old = listing(root);
    for (let time = 0; time < 20; time += 1) expect(readDatabase(path, root, count)).toBe(30);
    expect(listing(root)).toEqual(old);
  });

  it('says wal_without_shm where the WAL cannot be read without making a file, and makes none', () => {
    killedDatabase(path, WAL, ...THIRTY_EVENTS);
    unlinkSync(`${path}-shm`);
    const before = listing(root);
    expect(() => readDatabase(path, root, count)).toThrow(expect.objectContaining({ problem: 'wal_without_shm' }));
    expect(listing(root)).toEqual(before);
  });

  it.each(['a b', 'a?mode=rwc', 'a#b', 'a%41', 'a&b=c', 'é-ü-日本', 'line\nbreak', '"quoted"'])(
    'opens the file %j and no other',
    async (name) => {
      path = join(root, name);
      closedDatabase(path, WAL, ...THIRTY_EVENTS);
      expect(readDatabase(path, root, count)).toBe(30);
      await heldDatabase(path, insertEvents(31, 40));
      expect(readDatabase(path, root, count)).toBe(40);
    },
  );

  it('opens it read-only, with nothing that the file could ask for', () => {
    // An old way to ask for a large cache, kept in the header.
    closedDatabase(path, WAL, 'PRAGMA default_cache_size = 1000000', ...THIRTY_EVENTS);
    const settings = ['query_only', 'trusted_schema', 'mmap_size', 'temp_store', 'cache_size'];
    const values = readDatabase(path, root, (database) =>
      settings.map((name) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]),
    );
    expect(values).toEqual([1, 0, 0, 2, -4096]);
    expect(() => readDatabase(path, root, (database) => database.enableLoadExtension(true))).toThrow();
  });

  it.each(STATES)('refuses to write to a database that is %s', async (_, make) => {
    await make();
    const before = listing(root);
    for (const sql of [
      insertEvents(100, 101),
      'PRAGMA journal_mode = DELETE',
      'PRAGMA wal_checkpoint',
      'PRAGMA user_version = 7',
    ]) {
      try {
        readDatabase(path, root, (database) => database.exec(sql));
      } catch {
        // Some are refused, some do nothing.
      }
    }
    expect(listing(root)).toEqual(before);
    expect(readDatabase(path, root, count)).toBe(30);
  });

  it('shows one state to all statements, in the WAL and without one, and keeps no writer out', () => {
    using writer = new DatabaseSync(path, { timeout: 0 });
    for (const statement of [WAL, ...THIRTY_EVENTS]) writer.exec(statement);
    const counts = readDatabase(path, root, (database) => {
      const before = count(database);
      writer.exec(`BEGIN IMMEDIATE; ${insertEvents(31, 40)}; COMMIT`);
      return [before, count(database), count(writer)];
    });
    expect(counts).toEqual([30, 30, 40]);
    // A read that outlived the call would keep the WAL from being emptied.
    expect(writer.prepare(EMPTY_WAL).get()).toMatchObject({ busy: 0 });
    expect(statSync(`${path}-wal`).size).toBe(0);
  });

  it('closes statements that were left in the middle', () => {
    using writer = new DatabaseSync(path, { timeout: 0 });
    for (const statement of [WAL, ...THIRTY_EVENTS]) writer.exec(statement);
    const left = readDatabase(path, root, (database) => {
      const rows = database.prepare('SELECT n FROM events').iterate();
      rows.next();
      return rows;
    });
    expect(writer.prepare(EMPTY_WAL).get()).toMatchObject({ busy: 0 });
    expect(() => left.next()).toThrow();
  });

  it('reads again what a writer changed where there was no WAL to read from', () => {
    closedDatabase(path, WAL, ...THIRTY_EVENTS);
    settle();
    let calls = 0;
    const seen = readDatabase(path, root, (database) => {
      calls += 1;
      const before = count(database);
      if (calls === 1) closedDatabase(path, insertEvents(31, 40));
      return [before, count(database)];
    });
    expect({ calls, seen }).toEqual({ calls: 2, seen: [40, 40] });
  });

  it('discards an error as well where the files changed meanwhile', () => {
    closedDatabase(path, WAL, ...THIRTY_EVENTS);
    settle();
    let calls = 0;
    const seen = readDatabase(path, root, (database) => {
      calls += 1;
      if (calls > 1) return count(database);
      closedDatabase(path, insertEvents(31, 40));
      throw new Error('torn');
    });
    expect({ calls, seen }).toEqual({ calls: 2, seen: 40 });
  });

  it('reads with locks as long as the times of the files could hide a change', () => {
    using writer = new DatabaseSync(path, { timeout: 0 });
    for (const statement of [WAL, ...THIRTY_EVENTS, EMPTY_WAL]) writer.exec(statement);
    writtenNow();
    const checkpoint = readDatabase(path, root, (database) => {
      count(database);
      writer.exec('UPDATE events SET payload = 1');
      return writer.prepare(EMPTY_WAL).get();
    });
    // The writer had to leave the reader what it reads.
    expect(checkpoint).toMatchObject({ busy: 1 });
  });

  it('is busy when they change under every attempt', () => {
    closedDatabase(path, WAL, ...THIRTY_EVENTS);
    let next = 31;
    const change = (database: DatabaseSync) => {
      closedDatabase(path, insertEvents(next, next));
      next += 1;
      return count(database);
    };
    expect(() => readDatabase(path, root, change)).toThrow(expect.objectContaining({ problem: 'busy' }));
    expect(next).toBeGreaterThan(32);
  });

  it.each(STATES)('lets errors of the caller through, of a database that is %s', async (_, make) => {
    await make();
    const fault = new TypeError('a bug');
    const fail = () => {
      throw fault;
    };
    expect(() => readDatabase(path, root, fail)).toThrow(fault);
    expect(() => readDatabase(path, root, (database) => database.prepare('SELECT 1 FROM absent'))).toThrow(
      expect.objectContaining({ code: 'ERR_SQLITE_ERROR', errcode: 1, message: 'no such table: absent' }),
    );
    expect(() => readDatabase(path, root, (database) => database.prepare('SELECT absent FROM events'))).toThrow(
      expect.objectContaining({ errcode: 1 }),
    );
  });

  it('waits a bounded time for a writer of a rollback journal, then is busy, and reads again afterwards', async () => {
    const held = await heldDatabase(path, ...THIRTY_EVENTS, 'BEGIN EXCLUSIVE', insertEvents(31, 40));
    const before = listing(root);
    const start = performance.now();
    expect(() => readDatabase(path, root, count)).toThrow(expect.objectContaining({ problem: 'busy' }));
    expect(performance.now() - start).toBeGreaterThan(900);
    expect(listing(root)).toEqual(before);
    await held.end('COMMIT');
    expect(readDatabase(path, root, count)).toBe(40);
  });

  it('does not wait for an owner that closes its WAL: it would find none then, and make one', async () => {
    const held = await heldDatabase(path, 'PRAGMA locking_mode = EXCLUSIVE', WAL, ...THIRTY_EVENTS);
    // Who locks others out keeps none; the one of a gateway that closes is still there.
    writeFileSync(`${path}-shm`, '');
    const ended = held.end(LONG);
    try {
      expect(readDatabase(path, root, count)).toBe(30);
    } catch (error) {
      expect(error).toMatchObject({ problem: 'busy' });
    }
    await ended;
    expect(readdirSync(root).sort()).toEqual(['agent.sqlite', 'agent.sqlite-shm']);
  });

  it('says that a hot journal must be rolled back first, and leaves it alone', () => {
    // More than the cache holds, so that the database is written to before the commit that never comes.
    const pragma = 'PRAGMA cache_size = 2';
    killedDatabase(path, ...THIRTY_EVENTS, pragma, 'BEGIN', 'UPDATE events SET payload = 1', insertEvents(31, 4000));
    expect(statSync(`${path}-journal`).size).toBeGreaterThan(0);
    const before = listing(root);
    expect(() => readDatabase(path, root, count)).toThrow(expect.objectContaining({ problem: 'database_unreadable' }));
    expect(listing(root)).toEqual(before);
    closedDatabase(path, 'SELECT count(*) FROM events');
    expect(readDatabase(path, root, count)).toBe(30);
  });

  it('never opens a WAL database as it is where a journal stands beside it', () => {
    closedDatabase(path, WAL, ...THIRTY_EVENTS);
    writeFileSync(`${path}-journal`, 'from the moment when WAL was turned on');
    settle();
    const before = listing(root);
    expect(() => readDatabase(path, root, count)).toThrow(expect.objectContaining({ problem: 'database_unreadable' }));
    expect(listing(root)).toEqual(before);
  });

  it.runIf(IS_ROOT)('as root leaves the files to their owner', async () => {
    await heldDatabase(path, WAL, ...THIRTY_EVENTS);
    for (const suffix of ['', '-wal', '-shm']) chownSync(`${path}${suffix}`, NOBODY, NOBODY);
    const before = listing(root);
    expect(readDatabase(path, root, count)).toBe(30);
    expect(listing(root)).toEqual(before);
  });
});

describe('databaseSignature', () => {
  function changes(change: () => void): boolean {
    settle();
    const before = databaseSignature(path, root);
    expect(databaseSignature(path, root)).toBe(before);
    change();
    return databaseSignature(path, root) !== before;
  }

  it('differs after a commit, wherever it went', () => {
    using writer = new DatabaseSync(path);
    for (const statement of [WAL, ...THIRTY_EVENTS]) writer.exec(statement);
    expect(changes(() => writer.exec(insertEvents(31, 31)))).toBe(true);
    expect(changes(() => writer.exec(EMPTY_WAL))).toBe(true);
    // Over the frames that were there: the WAL keeps its size.
    writer.exec(`${insertEvents(32, 60)}; PRAGMA wal_checkpoint`);
    const { size } = statSync(`${path}-wal`);
    expect(changes(() => writer.exec(insertEvents(61, 61)))).toBe(true);
    expect(statSync(`${path}-wal`).size).toBe(size);
    writer.exec('PRAGMA journal_mode = DELETE');
    expect(changes(() => writer.exec(insertEvents(62, 62)))).toBe(true);
    expect(changes(() => writer.exec('UPDATE events SET payload = 1 WHERE n = 1'))).toBe(true);
  });

  it('differs after another file was put in its place', () => {
    closedDatabase(path, WAL, ...THIRTY_EVENTS);
    settle();
    const before = databaseSignature(path, root);
    copyFileSync(path, join(root, 'copy'));
    renameSync(join(root, 'copy'), path);
    settle();
    expect(databaseSignature(path, root)).not.toBe(before);
  });

  it('equals no other as long as another change could bear the same time', () => {
    closedDatabase(path, WAL, ...THIRTY_EVENTS);
    writtenNow();
    expect(databaseSignature(path, root)).not.toBe(databaseSignature(path, root));
  });

  it.each(['-wal', '-journal'])('differs when a %s comes', (suffix) => {
    closedDatabase(path, ...THIRTY_EVENTS);
    expect(changes(() => writeFileSync(`${path}${suffix}`, ''))).toBe(true);
  });

  it('stays after reading', async () => {
    await heldDatabase(path, WAL, ...THIRTY_EVENTS);
    expect(changes(() => readDatabase(path, root, count))).toBe(false);
  });
});
