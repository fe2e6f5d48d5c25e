import { describe, expect, it } from 'vitest';
import { stuck } from '../../src/checks/stuck.ts';
import type { Session } from '../../src/model/session.ts';
import { NOW } from '../support/sessions.ts';
import { aSession, aTranscript } from '../support/snapshot.ts';

const MINUTES = 60_000;
const LONG_AGO = NOW - 31 * MINUTES;

function transcriptWritten(writtenMs: number): Partial<Session> {
  return { transcript: aTranscript(1, { writtenMs }) };
}

describe('stuck', () => {
  it.each<[string, Partial<Session>, boolean]>([
    ['a run that never ended', { status: 'running', lastStoredMs: LONG_AGO }, true],
    [
      'one whose transcript stopped too',
      { status: 'running', lastStoredMs: LONG_AGO, ...transcriptWritten(LONG_AGO) },
      true,
    ],
    ['one of which only the transcript is known', { status: 'running', ...transcriptWritten(LONG_AGO) }, true],
    ['exactly half an hour', { status: 'running', lastStoredMs: NOW - 30 * MINUTES }, false],
    ['a run that still writes', { status: 'running', lastStoredMs: LONG_AGO, ...transcriptWritten(NOW) }, false],
    ['a time in the future', { status: 'running', lastStoredMs: NOW + MINUTES }, false],
    ['no time at all', { status: 'running' }, false],
    ['a run that ended', { status: 'done', lastStoredMs: LONG_AGO }, false],
    ['one that failed', { status: 'failed', lastStoredMs: LONG_AGO }, false],
    ['an old version without a status', { status: null, lastStoredMs: LONG_AGO }, false],
  ])('%s', (_, fields, expected) => {
    const session = aSession(fields);
    expect([...stuck.run({ sessions: [session], listedAgents: [], now: NOW })]).toHaveLength(expected ? 1 : 0);
  });
});
