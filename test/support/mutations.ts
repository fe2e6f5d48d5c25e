import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

/** Whole numbers from 0 below a limit, the same ones for the same seed. */
export type Random = (below: number) => number;

export function randomOf(seed: number): Random {
  // The generator mulberry32; neighbouring seeds give unlike numbers.
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

export function oneOf<T>(random: Random, all: readonly T[]): T {
  const one = all[random(all.length)];
  if (one === undefined) throw new Error('there is none');
  return one;
}

interface Change<T> {
  readonly name: string;
  to(content: T, random: Random): T;
}

/** What a disk, a crash or a hand does to any file. */
const OF_BYTES: readonly Change<Buffer>[] = [
  { name: 'bits flipped', to: (bytes, random) => eachOf(bytes, random, (byte) => byte ^ (1 << random(8))) },
  { name: 'bytes replaced', to: (bytes, random) => eachOf(bytes, random, () => random(256)) },
  { name: 'bytes of the largest numbers', to: (bytes, random) => filled(bytes, random, 0xff) },
  { name: 'a hole of zeros', to: (bytes, random) => filled(bytes, random, 0) },
  { name: 'cut off', to: (bytes, random) => bytes.subarray(0, random(bytes.length + 1)) },
  { name: 'cut to its beginning', to: (bytes, random) => bytes.subarray(0, random(120)) },
  { name: 'empty', to: () => Buffer.alloc(0) },
  { name: 'a part twice', to: (bytes, random) => splice(bytes, random, partOf(bytes, random)) },
  { name: 'a part gone', to: (bytes, random) => without(bytes, random) },
  { name: 'random bytes put in', to: (bytes, random) => splice(bytes, random, noise(1 + random(300), random)) },
  { name: 'random bytes at its end', to: (bytes, random) => Buffer.concat([bytes, noise(1 + random(5000), random)]) },
  { name: 'all random', to: (bytes, random) => noise(Math.min(bytes.length, 20_000), random) },
];

/** Values that nobody expects where they stand. */
const SURPRISES: readonly string[] = [
  'null',
  'true',
  '0',
  '-1',
  '1.5',
  '1e308',
  '1e999',
  '-0',
  '9007199254740993',
  '99999999999999999999999',
  '8640000000000001',
  '""',
  '"\\u0000\\u001b[31m\\n"',
  '"\\ud800"',
  '"../../../../etc/passwd"',
  '"/dev/zero"',
  '"agent:main:main"',
  '"__proto__"',
  `"${'x:'.repeat(5000)}"`,
  '{}',
  '[]',
  '[[[[[]]]]]',
  '{"__proto__":{"totalTokens":1},"constructor":null,"toString":1}',
  `${'['.repeat(2000)}${']'.repeat(2000)}`,
];

/** What else can be done to JSON: to its members, as it stands. */
const OF_JSON: readonly Change<Buffer>[] = [
  { name: 'a value replaced', to: (bytes, random) => withValue(bytes, random, () => oneOf(random, SURPRISES)) },
  { name: 'a value twice as large', to: (bytes, random) => withValue(bytes, random, (value) => value + value) },
  { name: 'a value put into a list', to: (bytes, random) => withValue(bytes, random, (value) => `[${value}]`) },
  { name: 'a name replaced', to: (bytes, random) => withName(bytes, random) },
];

const MEMBER = /"((?:[^"\\]|\\.){1,200})"\s*:\s*("(?:[^"\\]|\\.)*"|-?[0-9.eE+]+|true|false|null|\{\}|\[\])/g;

function withValue(bytes: Buffer, random: Random, change: (value: string) => string): Buffer {
  return withMember(bytes, random, (name, value) => `${JSON.stringify(name)}:${change(value)}`);
}

function withName(bytes: Buffer, random: Random): Buffer {
  const names = ['__proto__', '', 'sessionFile', 'sessionId', 'totalTokens', 'agent:main:main', 'type', 'constructor'];
  return withMember(bytes, random, (_name, value) => `${JSON.stringify(oneOf(random, names))}:${value}`);
}

function withMember(bytes: Buffer, random: Random, change: (name: string, value: string) => string): Buffer {
  // From a random place on, so that a large file costs no more than a small one.
  const from = random(Math.max(1, bytes.length - 200));
  const text = bytes.subarray(from).toString('latin1');
  MEMBER.lastIndex = 0;
  const found = MEMBER.exec(text);
  if (found === null) return bytes;
  const [whole, name = '', value = ''] = found;
  const changed = text.slice(0, found.index) + change(name, value) + text.slice(found.index + whole.length);
  return Buffer.concat([bytes.subarray(0, from), Buffer.from(changed, 'latin1')]);
}

function eachOf(bytes: Buffer, random: Random, change: (byte: number) => number): Buffer {
  const changed = Buffer.from(bytes);
  // Half of them near the beginning, where headers stand.
  const range = random(2) === 0 ? Math.min(bytes.length, 200) : bytes.length;
  if (range === 0) return changed;
  for (let left = 1 + random(8); left > 0; left -= 1) {
    const at = random(range);
    changed[at] = change(changed[at] ?? 0);
  }
  return changed;
}

function filled(bytes: Buffer, random: Random, byte: number): Buffer {
  const changed = Buffer.from(bytes);
  const at = random(bytes.length + 1);
  return changed.fill(byte, at, Math.min(bytes.length, at + 1 + random(random(2) === 0 ? 8 : 4096)));
}

function partOf(bytes: Buffer, random: Random): Buffer {
  const at = random(bytes.length + 1);
  return bytes.subarray(at, at + random(4096));
}

function splice(bytes: Buffer, random: Random, part: Buffer): Buffer {
  const at = random(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]);
}

function without(bytes: Buffer, random: Random): Buffer {
  const at = random(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(4096))]);
}

function noise(length: number, random: Random): Buffer {
  return Buffer.from(Array.from({ length }, () => random(256)));
}

/** The changed bytes, and what was done to them. */
export function mutated(bytes: Buffer, isJson: boolean, random: Random): { name: string; bytes: Buffer } {
  const change = isJson && random(2) === 0 ? oneOf(random, OF_JSON) : oneOf(random, OF_BYTES);
  return { name: change.name, bytes: change.to(bytes, random) };
}

/** What a column can be set to. */
const VALUES: readonly SQLInputValue[] = [
  null,
  '',
  'x',
  '{}',
  '[]',
  '{"sessionFile":null}',
  '{"totalTokens":1e999}',
  'agent:main:main',
  'agent:__proto__:telegram:group:1',
  'x'.repeat(10_000),
  '\0\u001b[31m',
  0,
  -1,
  1.5,
  Number.MAX_VALUE,
  2n ** 63n - 1n,
  -(2n ** 63n),
  8_640_000_000_000_001,
  Buffer.alloc(0),
  Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xff]),
];

interface Column {
  readonly table: string;
  readonly column: string;
}

const OF_SCHEMA: readonly ((at: Column) => string)[] = [
  ({ table }) => `DROP TABLE ${table}`,
  ({ table }) => `DELETE FROM ${table}`,
  ({ table }) => `ALTER TABLE ${table} RENAME TO renamed`,
  ({ table, column }) => `ALTER TABLE ${table} DROP COLUMN ${column}`,
  ({ table, column }) => `ALTER TABLE ${table} RENAME COLUMN ${column} TO renamed`,
  ({ table }) => `ALTER TABLE ${table} ADD COLUMN rowid TEXT DEFAULT 'x'`,
  ({ table }) =>
    `CREATE TABLE copy AS SELECT * FROM ${table}; DROP TABLE ${table}; ALTER TABLE copy RENAME TO ${table}`,
  ({ table }) =>
    `CREATE TABLE copy AS SELECT * FROM ${table}; DROP TABLE ${table}; CREATE VIEW ${table} AS SELECT * FROM copy`,
  () => 'PRAGMA user_version = 2147483647',
  () => 'PRAGMA user_version = -5',
];

/** Changes an open database as somebody with a shell of SQLite does; returns what was done, null where SQLite refused it. */
export function mutateDatabase(path: string, random: Random): string | null {
  using database = new DatabaseSync(path, { enableForeignKeyConstraints: false, defensive: false });
  try {
    return changeIn(database, random);
  } catch {
    // Some real ones are damaged, and not every change is one that SQLite takes.
    return null;
  }
}

function changeIn(database: DatabaseSync, random: Random): string | null {
  database.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0');
  // Columns of the tables that hold sessions; what lies beside them nobody reads.
  const columns = database
    .prepare(
      `SELECT m.name AS name, i.name AS column FROM sqlite_schema m JOIN pragma_table_info(m.name) i
        WHERE m.type = 'table' AND (m.name LIKE 'session%' OR m.name LIKE 'transcript%' OR m.name IN ('schema_meta', 'agent_databases'))`,
    )
    .all()
    .map(({ name, column }) => ({ table: `"${String(name)}"`, column: `"${String(column)}"` }));
  if (columns.length === 0) return null;
  const { table, column } = oneOf(random, columns);
  if (random(4) === 0) {
    const statement = oneOf(random, OF_SCHEMA)({ table, column });
    database.exec(statement);
    return statement;
  }
  const value = oneOf(random, VALUES);
  const row = random(20);
  const where = row > 15 ? '' : ` WHERE rowid = (SELECT rowid FROM ${table} ORDER BY rowid LIMIT 1 OFFSET ${row})`;
  database.prepare(`UPDATE OR IGNORE ${table} SET ${column} = ?${where}`).run(value);
  return `${table}.${column} = ${String(value).slice(0, 40)}${where}`;
}
