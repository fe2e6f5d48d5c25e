import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasSessionTables } from '../../src/store/database.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'database-')));
const at = (name: string) => join(root, name);
const open: DatabaseSync[] = [];

function create(name: string, ...statements: string[]): DatabaseSync {
  const database = new DatabaseSync(at(name));
  for (const statement of statements) database.exec(statement);
  return database;
}

beforeAll(() => {
  create('empty.sqlite', 'CREATE TABLE x (y)', 'DROP TABLE x').close();
  create('other.sqlite', 'CREATE TABLE auth_profiles (id TEXT)', 'CREATE TABLE session_notes (id TEXT)').close();
  create('sessions.sqlite', 'CREATE TABLE session_nodes (id TEXT)').close();
  const many = Array.from(
    { length: 2000 },
    (_, table) => `CREATE TABLE filler_${table} (${'column_name TEXT, '.repeat(20)} id TEXT)`,
  );
  create(
    'late.sqlite',
    'BEGIN',
    ...many.map((sql) => uniqueColumns(sql)),
    'CREATE TABLE session_nodes (id TEXT)',
    'COMMIT',
  ).close();
  // Not checkpointed: the schema stands in the write-ahead log alone.
  open.push(
    create(
      'wal.sqlite',
      'PRAGMA journal_mode = WAL',
      'PRAGMA wal_autocheckpoint = 0',
      'CREATE TABLE session_nodes (id TEXT)',
    ),
  );
  open.push(create('wal-other.sqlite', 'PRAGMA journal_mode = WAL', 'CREATE TABLE other (id TEXT)'));
  writeFileSync(at('zero.sqlite'), '');
  writeFileSync(at('text.sqlite'), 'no database');
  writeFileSync(at('short.sqlite'), 'SQLite');
  execFileSync('mkfifo', [at('fifo.sqlite')]);
  symlinkSync('/dev/zero', at('out.sqlite'));
  copyFileSync(at('other.sqlite'), at('fifo-wal.sqlite'));
  execFileSync('mkfifo', [at('fifo-wal.sqlite-wal')]);
});

afterAll(() => {
  for (const database of open) database.close();
  rmSync(root, { recursive: true, force: true });
});

function uniqueColumns(sql: string): string {
  let column = 0;
  return sql.replaceAll('column_name', () => {
    column += 1;
    return `column_${column}`;
  });
}

describe('hasSessionTables', () => {
  it.each([
    ['empty.sqlite', false],
    ['other.sqlite', false],
    ['sessions.sqlite', true],
    ['late.sqlite', true],
    ['wal.sqlite', true],
    ['wal-other.sqlite', false],
    ['fifo-wal.sqlite', false],
    // What cannot be looked at counts as one with sessions: not read is said, empty would be a lie.
    ['zero.sqlite', true],
    ['text.sqlite', true],
    ['short.sqlite', true],
    ['fifo.sqlite', true],
    ['out.sqlite', true],
    ['missing.sqlite', true],
  ])('of %s: %s', (name, has) => {
    expect(hasSessionTables(at(name), root)).toBe(has);
  });
});
