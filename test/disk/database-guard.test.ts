import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { allowOnly } from '../../src/disk/database-guard.ts';

function guarded(): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE open(a TEXT); CREATE TABLE secret(a TEXT); CREATE VIEW shown AS SELECT a FROM secret');
  database.exec("INSERT INTO open VALUES ('1'); INSERT INTO secret VALUES ('hush')");
  allowOnly(database, ['open']);
  return database;
}

it.each([
  'SELECT a FROM open',
  'SELECT COUNT(*) FROM open',
  'SELECT name FROM sqlite_schema',
  "SELECT name FROM pragma_table_info('open')",
  'PRAGMA user_version',
  "SELECT json_extract('{}', '$.a')",
])('%s is answered', (statement) => {
  expect(guarded().prepare(statement).all()).toBeInstanceOf(Array);
});

it.each([
  'SELECT a FROM secret',
  'SELECT COUNT(*) FROM secret',
  'SELECT rowid FROM secret',
  'SELECT a FROM shown',
  'SELECT a FROM open WHERE a IN (SELECT a FROM secret)',
  'SELECT o.a FROM open o LEFT JOIN secret s ON s.a = o.a',
])('%s is refused', (statement) => {
  expect(() => guarded().prepare(statement)).toThrow(/prohibited|not authorized/);
});
