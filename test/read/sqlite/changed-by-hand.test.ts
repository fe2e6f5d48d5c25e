import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Scanner } from '../../../src/scan/scanner.ts';
import { closedDatabase } from '../../support/databases.ts';
import { type LiveDatabase, liveDatabase } from '../../support/live-database.ts';
import { testScanner } from '../../support/scan.ts';
import { NOW } from '../../support/sessions.ts';
import { readableAgent } from '../../support/snapshot.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const EVENTS = 6;
/** Where an event is changed that neither the newest number, nor the watermark, nor a time says anything of. */
const OLD = "session_id = 'session-1' AND seq = 2";
/** One byte of its text: it does not parse, and is as large as before. */
const BREAK = `UPDATE transcript_events SET event_json = '[' || substr(event_json, 2) WHERE ${OLD}`;
const MEND = `UPDATE transcript_events SET event_json = '{' || substr(event_json, 2) WHERE ${OLD}`;

interface Watched {
  readonly database: LiveDatabase;
  readonly scanner: Scanner;
  /** Statements of somebody with a shell, long enough ago to be told from what comes next. */
  change(...statements: string[]): void;
  later(ms: number): void;
  /** Of the session that is changed. */
  transcript(): Promise<{ bytes: number | null; messages: number | null; badRecords: number | null }>;
  /** Bytes of events that a deep scan parses. */
  parsed(): Promise<number>;
}

/** Everything was validated once, and nothing was written since. */
async function watched(sessions = 3): Promise<Watched> {
  const database = liveDatabase(sessions, EVENTS);
  let now = NOW;
  const scanner = testScanner(database.stateDir, { now: () => now });
  database.settle();
  await scanner.deep();
  return {
    database,
    scanner,
    change(...statements) {
      closedDatabase(database.path, ...statements);
      database.settle();
    },
    later(ms) {
      now += ms;
    },
    async transcript() {
      const { sessions: found } = readableAgent((await scanner.quick()).snapshot, 'ops');
      const transcript = found.find(({ session }) => session.sessionId === 'session-1')?.session.transcript;
      if (transcript?.state !== 'there') throw new Error('no transcript');
      const { bytes, messages, badRecords } = transcript;
      return { bytes, messages, badRecords };
    },
    async parsed() {
      const before = scanner.kept.databases.counts.eventBytes;
      await scanner.deep();
      return scanner.kept.databases.counts.eventBytes - before;
    },
  };
}

describe('what is changed by hand in a database that was validated', () => {
  it.each([
    ['breaks an event', "UPDATE transcript_events SET event_json = '{broken'"],
    // 23 records the size of an event beside it.
    ['breaks one and leaves its recorded size', 'UPDATE transcript_events SET event_json = substr(event_json, 1, 20)'],
  ])('%s: the next deep scan sees it, and that it was mended', async (_, statement) => {
    const { scanner, change, transcript } = await watched();
    const healthy = await transcript();
    change('CREATE TABLE kept AS SELECT * FROM transcript_events', `${statement} WHERE ${OLD}`);
    expect(await transcript()).toEqual(healthy);
    await scanner.deep();
    expect(await transcript()).toMatchObject({ badRecords: 1, messages: EVENTS });
    change(`UPDATE transcript_events SET event_json = (SELECT event_json FROM kept WHERE ${OLD}) WHERE ${OLD}`);
    await scanner.deep();
    expect(await transcript()).toEqual(healthy);
  });

  it('deletes events in the middle: the next deep scan counts what is left', async () => {
    const { scanner, change, transcript } = await watched();
    const { bytes } = await transcript();
    change(`DELETE FROM transcript_events WHERE ${OLD}`, `DELETE FROM transcript_event_identities WHERE ${OLD}`);
    await scanner.deep();
    const after = await transcript();
    expect(after).toMatchObject({ messages: EVENTS - 1, badRecords: 0 });
    expect(after.bytes).toBeLessThan(bytes ?? 0);
  });

  it('leaves the size as it was: seen within a day, and that it was mended', async () => {
    const { scanner, change, later, transcript } = await watched();
    for (const [statement, bad] of [
      [BREAK, 1],
      [MEND, 0],
    ] as const) {
      change(statement);
      for (let ms = 0; ms < DAY; ms += 15 * MINUTE) {
        later(15 * MINUTE);
        await scanner.deep();
      }
      expect(await transcript()).toMatchObject({ badRecords: bad, messages: EVENTS });
    }
  });

  it('leaves the size as it was: seen by the one deep scan of the next day', async () => {
    const { scanner, change, later, transcript } = await watched(80);
    change(BREAK);
    later(DAY);
    await scanner.deep();
    expect(await transcript()).toMatchObject({ badRecords: 1 });
  });

  it.each([
    ['another file in its place', true],
    ['other content in the same file', false],
  ])('is all of it: %s', async (_, isOtherFile) => {
    const { database, scanner, transcript } = await watched();
    const other = join(database.stateDir, 'other');
    copyFileSync(liveDatabase(3, EVENTS).path, other);
    closedDatabase(other, `${BREAK.replace("'['", "'[['")}`);
    database.checkpoint('TRUNCATE');
    if (isOtherFile) rmSync(database.path);
    copyFileSync(other, database.path);
    database.settle();
    await scanner.deep();
    expect(await transcript()).toMatchObject({ badRecords: 1, messages: EVENTS });
  });
});

describe('an entry that is changed by hand, as long as before', () => {
  const HALF = "UPDATE session_nodes SET entry_json = json_set(entry_json, '$.totalTokens', 3500)";
  const OTHER = "UPDATE session_nodes SET updated_at = updated_at + 1 WHERE current_session_id = 'session-2'";
  const tokens = async ({ scanner }: Watched) =>
    readableAgent((await scanner.quick()).snapshot, 'ops').sessions.find(
      ({ session }) => session.sessionId === 'session-1',
    )?.session.totalTokens;

  it('is seen by the next quick scan where nothing else was written', async () => {
    const world = await watched();
    const before = await tokens(world);
    world.change(`${HALF} WHERE current_session_id = 'session-1'`);
    expect(before).not.toBe(3500);
    expect(await tokens(world)).toBe(3500);
  });

  it('is seen by the next deep scan where OpenClaw wrote another session in the same minute', async () => {
    const world = await watched();
    const before = await tokens(world);
    world.change('DROP TRIGGER IF EXISTS session_nodes_entry_valid_after_entry_update');
    await world.scanner.quick();
    world.change(`${HALF} WHERE current_session_id = 'session-1'`, OTHER);
    expect(await tokens(world)).toBe(before);
    await world.scanner.deep();
    expect(await tokens(world)).toBe(3500);
  });
});

describe('the work of a deep scan', () => {
  it('of a database that was not written to is none, also after a day', async () => {
    const { later, parsed, scanner } = await watched(80);
    const { reads } = scanner.kept.databases.counts;
    later(2 * DAY);
    expect(await parsed()).toBe(0);
    expect(scanner.kept.databases.counts.reads).toBe(reads);
  });

  it('counts what was written to for slices of it, and parses nothing where the sizes are the same', async () => {
    const { change, parsed, scanner } = await watched(500);
    const { reads } = scanner.kept.databases.counts;
    change('VACUUM', 'CREATE TABLE other (n)');
    expect(await parsed()).toBe(0);
    expect(scanner.kept.databases.counts.reads - reads).toBeLessThan(10);
  });

  it('parses a share of what was written to, and all of it in a day', async () => {
    const { change, later, parsed } = await watched(80);
    change('CREATE TABLE other (n)');
    const bytes: number[] = [];
    for (let ms = 0; ms < DAY; ms += 60 * MINUTE) {
      later(60 * MINUTE);
      bytes.push(await parsed());
    }
    const all = bytes.reduce((sum, each) => sum + each);
    // Of 480 events a deep scan may parse one more than its share.
    expect(Math.max(...bytes)).toBeLessThan(all / 12);
    change('CREATE TABLE another (n)');
    later(DAY);
    expect(all).toBe(await parsed());
  });

  it('is not more where the clock is set back', async () => {
    const { change, later, parsed } = await watched(80);
    change('CREATE TABLE other (n)');
    later(-30 * DAY);
    expect(await parsed()).toBe(0);
  });
});
