import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { appendEvents, writeDatabase } from '../../demo/database.ts';
import { KEY, openAt, rows, SESSION, write } from './written.ts';

describe('the files', () => {
  const sessions = [{ ...SESSION, events: ['{}', '{}'] }];
  const COUNT = 'SELECT count(*) AS n FROM transcript_events';
  const namesOf = (path: string) => readdirSync(join(path, '..')).sort();

  it.each([
    { ending: 'closed', journal: 'wal', parameters: 'immutable=1', names: [''] },
    { ending: 'closed', journal: 'rollback', parameters: 'mode=ro', names: [''] },
    { ending: 'stopped', journal: 'wal', parameters: 'immutable=1', names: ['', '-shm', '-wal'] },
    { ending: 'killed', journal: 'wal', parameters: 'mode=ro&readonly_shm=1', names: ['', '-shm', '-wal'] },
  ] as const)('of a $journal database that was $ending hold every row', ({ ending, journal, parameters, names }) => {
    const path = write({ sessions, ending, journal });
    expect(namesOf(path)).toEqual(names.map((suffix) => `openclaw-agent.sqlite${suffix}`));
    for (const name of names) expect(statSync(`${path}${name}`).mode & 0o777).toBe(0o600);
    expect(rows(openAt(path, parameters), COUNT)).toEqual([{ n: 2 }]);
    expect(rows(openAt(path), 'PRAGMA journal_mode')).toEqual([{ journal_mode: journal === 'wal' ? 'wal' : 'delete' }]);
    expect(rows(openAt(path), 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });

  it('of a stopped gateway have an empty WAL, those of a killed one a WAL without which rows are missing', () => {
    expect(statSync(`${write({ sessions, ending: 'stopped' })}-wal`).size).toBe(0);
    const killed = write({ sessions, ending: 'killed' });
    expect(statSync(`${killed}-wal`).size).toBeGreaterThan(0);
    expect(rows(openAt(killed, 'immutable=1'), COUNT)).toEqual([{ n: 0 }]);
  });

  it('of a rollback journal cannot be left by a gateway that did not close them', () => {
    expect(() => write({ journal: 'rollback', ending: 'killed' })).toThrow(/WAL/);
  });

  it('are never written over', () => {
    const path = write();
    expect(() => writeDatabase({ agent: 'demo', sessions: [], path })).toThrow(/EEXIST/);
    expect(rows(openAt(path), 'SELECT session_key FROM session_nodes')).toEqual([{ session_key: KEY }]);
  });
});

describe('appendEvents', () => {
  const SEQS = 'SELECT session_id, seq, created_at FROM transcript_events';
  const UPDATED = 'SELECT transcript_updated_at AS ms FROM session_windows';

  it.each([19, 21, 23] as const)('goes on behind the last event in schema %i', (schema) => {
    const path = write({ schema, sessions: [{ ...SESSION, events: ['{}'] }] });
    appendEvents(path, 'one', [{ type: 'message', id: 'a', text: 'x'.repeat(2000) }, '{}'], 7000);
    appendEvents(path, 'one', [], 8000);
    const database = openAt(path);
    expect(rows(database, SEQS).map((row) => Object.values(row))).toEqual([
      ['one', 0, 1000],
      ['one', 1, 7000],
      ['one', 2, 7000],
    ]);
    expect(rows(database, 'SELECT event_id, seq FROM transcript_event_identities')).toEqual([
      { event_id: 'a', seq: 1 },
    ]);
    expect(rows(database, UPDATED)).toEqual([{ ms: 7000 }]);
  });

  it('leaves them in the WAL while somebody else has it open, as beside a running gateway', () => {
    const path = write();
    const gateway = openAt(path);
    gateway.prepare('SELECT 1 FROM session_nodes').all();
    appendEvents(path, 'one', ['{}'], 7000);
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
    expect(rows(openAt(path, 'immutable=1'), 'SELECT count(*) AS n FROM transcript_events')).toEqual([{ n: 0 }]);
    expect(rows(gateway, 'SELECT count(*) AS n FROM transcript_events')).toEqual([{ n: 1 }]);
  });

  it('makes orphans of events without a session', () => {
    const path = write();
    appendEvents(path, 'nobody', ['{}'], 7000);
    const database = openAt(path);
    expect(rows(database, SEQS)).toEqual([{ session_id: 'nobody', seq: 0, created_at: 7000 }]);
    expect(rows(database, UPDATED)).toEqual([{ ms: null }]);
  });
});
