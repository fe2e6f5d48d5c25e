import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, vi } from 'vitest';
import type { Scanner } from '../../../src/scan/scanner.ts';
import { type EventKind, eventOf, type LiveDatabase, liveDatabase } from '../../support/live-database.ts';
import { testScanner } from '../../support/scan.ts';
import { NOW } from '../../support/sessions.ts';

function scannerOf(database: LiveDatabase): Scanner {
  return testScanner(database.stateDir, { now: () => NOW });
}

interface Work {
  readonly reads: number;
  readonly eventBytes: number;
  readonly renders: number;
}

async function workOf(scanner: Scanner, scan: 'quick' | 'deep'): Promise<Work> {
  const count = () => ({ ...scanner.kept.databases.counts, renders: scanner.counts.renders });
  const before = count();
  await scanner[scan]();
  const after = count();
  return {
    reads: after.reads - before.reads,
    eventBytes: after.eventBytes - before.eventBytes,
    renders: after.renders - before.renders,
  };
}

/** Characters of the record as it is stored; `liveDatabase` gives the events that it writes the numbers 1, 2, 3 … */
function bytesOf(kind: EventKind, number: number): number {
  return JSON.stringify(eventOf(kind, number)).length;
}

const NOTHING: Work = { reads: 0, eventBytes: 0, renders: 0 };

describe('a database that was not written to', () => {
  it.each(['quick', 'deep'] as const)('is not opened again after a %s scan, and nothing is rendered', async (first) => {
    const database = liveDatabase(60, 3);
    database.settle();
    const scanner = scannerOf(database);
    await scanner[first]();
    // One whose stored total is of no use: its events are asked once.
    database.setEntry(0, 5, false);
    database.settle();
    await scanner[first]();
    expect(await workOf(scanner, 'quick')).toEqual(NOTHING);
  });

  it('is not parsed again by a second deep scan', async () => {
    const database = liveDatabase(60, 3);
    database.settle();
    const scanner = scannerOf(database);
    expect((await workOf(scanner, 'deep')).eventBytes).toBeGreaterThan(60 * 3 * 100);
    expect(await workOf(scanner, 'deep')).toEqual(NOTHING);
  });
});

describe('after a deep scan', () => {
  it('an event that was appended is parsed by the next quick scan, and nothing else', async () => {
    const database = liveDatabase(3, 50);
    const scanner = scannerOf(database);
    await scanner.deep();
    database.append(1, ['answer']);
    const work = await workOf(scanner, 'quick');
    expect(work).toMatchObject({ eventBytes: bytesOf('answer', 1), renders: 1 });
    // The list of sessions, the count, the event.
    expect(work.reads).toBeLessThanOrEqual(4);
  });

  it('a change of the session list reads no event', async () => {
    const database = liveDatabase(3, 50);
    const scanner = scannerOf(database);
    await scanner.deep();
    database.setNode(0, 'archived_at', NOW);
    database.setEntry(1, 2000, true);
    expect(await workOf(scanner, 'quick')).toEqual({ reads: 1, eventBytes: 0, renders: 1 });
  });

  it('what a rewrite put there is parsed, of that transcript alone', async () => {
    const database = liveDatabase(3, 50);
    const scanner = scannerOf(database);
    await scanner.deep();
    database.rewrite(2, ['user', 'answer']);
    expect(await workOf(scanner, 'quick')).toMatchObject({ eventBytes: bytesOf('user', 1) + bytesOf('answer', 2) });
  });
});

describe('the first scan', () => {
  it('opens a database for slices of its sessions, not for each', async () => {
    const [few, many] = [liveDatabase(200, 2), liveDatabase(2000, 2)];
    const work = await Promise.all([few, many].map((database) => workOf(scannerOf(database), 'quick')));
    const reads = work.map((each) => each.reads);
    expect(reads[1]).toBeLessThan(2000 / 50);
    expect(reads[1]).toBeLessThanOrEqual(10 * (reads[0] ?? 0));
    expect(work.map(({ eventBytes }) => eventBytes)).toEqual([0, 0]);
  });

  it('opens it for slices of its events in a deep scan too', async () => {
    const work = await workOf(scannerOf(liveDatabase(2000, 2)), 'deep');
    expect(work.reads).toBeLessThan(2000 / 50);
  });
});

/** Tables of which each session has rows. */
const OF_SESSIONS =
  /\b(session_windows|session_conversations|conversations|transcript_event\w*|transcript_rewrite\w*)\b/;
const OF_ONE_TRANSCRIPT = /\bevent_json\b.*FROM transcript_events\s+WHERE session_id = /s;

/** The steps of the plans of these statements that go through all rows of such a table, or sort all events of a transcript. */
function passesOf(path: string, statements: readonly string[]): string[] {
  using database = new DatabaseSync(path, { readOnly: true });
  const stepsOf = (statement: string) =>
    database
      .prepare(`EXPLAIN QUERY PLAN ${statement}`)
      .all()
      .map(({ detail }) => String(detail));
  return [
    ...statements.flatMap(stepsOf).filter((step) => step.startsWith('SCAN ') && OF_SESSIONS.test(step)),
    ...statements
      .filter((statement) => OF_ONE_TRANSCRIPT.test(statement))
      .flatMap(stepsOf)
      .filter((step) => step.includes('TEMP B-TREE')),
  ];
}

it('passes over no table for a slice of sessions or events, since there can be very many of both', async () => {
  const prepare = vi.spyOn(DatabaseSync.prototype, 'prepare');
  const database = liveDatabase(60, 3);
  const scanner = scannerOf(database);
  await scanner.deep();
  database.append(1, ['answer']);
  database.setEntry(0, 5, false);
  await scanner.quick();
  const asked = [...new Set(prepare.mock.calls.map(([statement]) => statement))].filter((each) =>
    each.startsWith('SELECT'),
  );
  prepare.mockRestore();
  expect(asked.filter((statement) => statement.includes('session_windows')).length).toBeGreaterThan(2);
  expect(asked.filter((statement) => OF_ONE_TRANSCRIPT.test(statement)).length).toBeGreaterThan(2);
  expect(passesOf(database.path, asked)).toEqual([]);
});
