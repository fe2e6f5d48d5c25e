/** Databases that OpenClaw itself accepts: it refuses those that have only the tables that the exporter reads. */
import { copyFileSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { unpackStore } from '../test/support/stores.ts';

/** A store that OpenClaw 2026.9.6 wrote, with all its tables. */
const WRITTEN_BY_OPENCLAW = 'sqlite-2026.9.6';
const DATABASE = join('agent', 'openclaw-agent.sqlite');

/** Puts the rows of each agent's database into one with OpenClaw's own tables, in its place. */
export function rewriteForOpenClaw(stateDir: string): void {
  const real = unpackStore(WRITTEN_BY_OPENCLAW);
  try {
    const template = join(real.stateDir, 'agents', 'main', DATABASE);
    for (const agent of readdirSync(join(stateDir, 'agents'))) {
      const path = join(stateDir, 'agents', agent, DATABASE);
      const rows = `${path}.rows`;
      renameSync(path, rows);
      copyFileSync(template, path);
      moveRows(path, rows);
      rmSync(rows);
    }
  } finally {
    real.cleanup();
  }
  const configPath = join(stateDir, 'openclaw.json');
  const config: { agents: object } = JSON.parse(readFileSync(configPath, 'utf8'));
  // 2026.9.6 starts with several agents only where this is said.
  writeFileSync(configPath, JSON.stringify({ ...config, agents: { ...config.agents, ownership: 'explicit' } }));
}

function moveRows(path: string, rows: string): void {
  using database = new DatabaseSync(path);
  // Events of the benchmark lack a column of which OpenClaw makes sure, and which its list does not read.
  database.exec('PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA journal_mode = DELETE');
  database.prepare('ATTACH ? AS benchmark').run(rows);
  for (const table of tablesOf(database, 'benchmark')) {
    const ours = new Set(columnsOf(database, 'benchmark', table));
    const columns = columnsOf(database, 'main', table).filter((column) => ours.has(column));
    database.exec(`DELETE FROM main.${table}`);
    database.exec(`INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM benchmark.${table}`);
  }
  // A trigger takes every entry that was not written by OpenClaw for one that needs the doctor.
  database.exec('UPDATE session_nodes SET entry_valid = 1');
}

function tablesOf(database: DatabaseSync, schema: string): string[] {
  const tables = `SELECT name FROM ${schema}.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`;
  return database
    .prepare(tables)
    .all()
    .map(({ name }) => String(name));
}

function columnsOf(database: DatabaseSync, schema: string, table: string): string[] {
  return database
    .prepare('SELECT name FROM pragma_table_info(?, ?)')
    .all(table, schema)
    .map(({ name }) => String(name));
}
