import { describe, expect, it } from 'vitest';
import type { Check } from '../../src/checks/check.ts';
import { runChecks } from '../../src/checks/run.ts';
import type { Session } from '../../src/model/session.ts';
import { inOneGo } from '../support/in-one-go.ts';
import { NOW } from '../support/sessions.ts';
import { aSession, corrupted } from '../support/snapshot.ts';

function session(key: string): Session {
  return aSession({ agent: 'ops', key });
}

function check(reason: string, finds: (session: Session) => boolean): Check {
  return {
    name: reason,
    finding: 'corrupted',
    reasons: [reason],
    eras: { file: 'quick' },
    brief: '',
    meaning: '',
    *run({ sessions }) {
      for (const session of sessions) if (finds(session)) yield { session, finding: corrupted(reason) };
    },
  };
}

function finds(reason: string, ...keys: string[]): Check {
  return check(reason, ({ key }) => keys.includes(key));
}

/** Finds the first session, then fails. */
function fails(reason: string, error: unknown): Check {
  return check(reason, ({ key }) => {
    if (key !== 'a') throw error;
    return true;
  });
}

const SESSIONS = ['a', 'b', 'c'].map(session);

function run(...checks: Check[]) {
  const { findings, outcomes } = inOneGo(
    runChecks(checks, { sessions: SESSIONS, listedAgents: [], now: NOW }, () => false),
  );
  const reasons = [...findings].map(([{ key }, found]) => [key, found.map(({ reason }) => reason)]);
  return { reasons: Object.fromEntries(reasons), outcomes };
}

describe('runChecks', () => {
  it('has each session’s findings in the order of the checks', () => {
    const { reasons, outcomes } = run(finds('one', 'b'), finds('two', 'a', 'b'), finds('three'));
    expect(reasons).toEqual({ a: ['two'], b: ['one', 'two'] });
    expect(outcomes.map(({ check, success, error }) => [check, success, error])).toEqual([
      ['one', true, null],
      ['two', true, null],
      ['three', true, null],
    ]);
  });

  it.each([
    ['an Error', new Error('broken'), 'broken'],
    ['a text', 'broken', 'broken'],
    ['nothing', undefined, 'undefined'],
    [
      'an error of the disk, whose message holds a path',
      Object.assign(new Error("open '/home/ada'"), { code: 'EIO' }),
      'Error EIO',
    ],
  ])('loses only the check that throws %s, with all that it found', (_, error, message) => {
    const { reasons, outcomes } = run(finds('one', 'a'), fails('bad', error), finds('two', 'b'));
    expect(reasons).toEqual({ a: ['one'], b: ['two'] });
    expect(outcomes.map(({ check, success, error }) => [check, success, error])).toEqual([
      ['one', true, null],
      ['bad', false, message],
      ['two', true, null],
    ]);
  });

  it('loses only a check that throws before it begins', () => {
    const broken: Check = {
      ...finds('bad'),
      run: () => {
        throw new Error('at once');
      },
    };
    const { reasons, outcomes } = run(broken, finds('two', 'b'));
    expect(reasons).toEqual({ b: ['two'] });
    expect(outcomes.map(({ success }) => success)).toEqual([false, true]);
  });

  it('says how long each took, also when it threw', () => {
    for (const { durationSeconds } of run(finds('one'), fails('bad', new Error('x'))).outcomes) {
      expect(durationSeconds).toBeGreaterThanOrEqual(0);
      expect(Number.isFinite(durationSeconds)).toBe(true);
    }
  });

  it('finds nothing without checks or sessions', () => {
    expect(run()).toEqual({ reasons: {}, outcomes: [] });
    const { findings, outcomes } = inOneGo(
      runChecks([finds('one', 'a')], { sessions: [], listedAgents: [], now: NOW }, () => false),
    );
    expect(findings.size).toBe(0);
    expect(outcomes).toMatchObject([{ check: 'one', success: true }]);
  });
});

describe('an ignored finding', () => {
  /** All sessions of one first letter, where there are two or more of it. */
  const twins: Check = {
    ...check('twin', () => false),
    finding: 'duplicate',
    *run({ sessions }) {
      for (const same of Map.groupBy(sessions, ({ key }) => key[0]).values()) {
        if (same.length < 2) continue;
        for (const session of same) yield { session, finding: { ...corrupted('twin'), finding: 'duplicate' } };
      }
    },
  };

  it.each<[string, string[], string[], string[]]>([
    ['is none of its twin either', ['a1', 'a2'], ['a2'], ['a2']],
    ['of both is there for both', ['a1', 'a2'], ['a1', 'a2'], ['a1', 'a2']],
    ['leaves what others have', ['a1', 'a2', 'a3', 'b1', 'b2'], ['a2'], ['a2']],
    ['is only there where it is found', ['a1', 'b1', 'b2'], ['a1'], []],
  ])('%s', (_, keys, ignoredKeys, ignoredIn) => {
    const sessions = keys.map(session);
    const input = { sessions, listedAgents: [], now: NOW };
    const { findings, ignored } = inOneGo(
      runChecks(
        [twins, finds('one', ...keys)],
        input,
        ({ key }, finding) => finding === 'duplicate' && ignoredKeys.includes(key),
      ),
    );
    expect([...ignored].map(([{ key }, found]) => [key, found])).toEqual(
      ignoredIn.map((key) => [key, [{ ...corrupted('twin'), finding: 'duplicate' }]]),
    );
    const duplicates = [...findings].filter(([, all]) => all.some(({ finding }) => finding === 'duplicate'));
    const left = keys.filter((key) => !ignoredKeys.includes(key));
    expect(duplicates.map(([{ key }]) => key)).toEqual(
      left.filter((key) => left.some((other) => other !== key && other[0] === key[0])),
    );
    expect(findings.size).toBe(keys.length);
  });
});
