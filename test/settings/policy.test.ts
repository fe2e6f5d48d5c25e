import { describe, expect, it } from 'vitest';
import { applyPolicy, kindThresholds, NO_POLICY, parsePolicy, type Subject } from '../../src/settings/policy.ts';

function policy(thresholds: unknown, ignore: unknown = []) {
  const { policy: parsed, flaws } = parsePolicy({ thresholds, ignore });
  expect(flaws).toEqual([]);
  return parsed;
}

function subject(changes: Partial<Subject> = {}): Subject {
  return { agent: 'main', kind: 'group', key: 'agent:main:telegram:group:-100', ...changes };
}

/** A label as the digests make one: the last part of the key is a person. */
function labelOf(key: string): string {
  return key.replace(/:-?\d+$/, ':0123456789');
}

describe('thresholds', () => {
  it('are the shipped ones where no rule matches', () => {
    const { thresholdsOf } = applyPolicy(
      policy([{ agent: 'ops', tokens: { warning: 1 }, transcript_bytes: { warning: 1 } }]),
      labelOf,
    );
    expect(thresholdsOf(subject())).toEqual({
      tokens: { warning: 50_000, critical: 150_000 },
      transcriptBytes: { warning: 500_000 },
    });
  });

  it('are of the first rule that matches and names the number, each number for itself', () => {
    const { thresholdsOf } = applyPolicy(
      policy([
        { session: '*:-100', tokens: { critical: 90_000 } },
        { kind: 'group', tokens: { warning: 60_000, critical: 120_000 } },
        { transcript_bytes: { warning: 1_000_000 } },
      ]),
      labelOf,
    );
    expect(thresholdsOf(subject())).toEqual({
      tokens: { warning: 60_000, critical: 90_000 },
      transcriptBytes: { warning: 1_000_000 },
    });
    expect(thresholdsOf(subject({ kind: 'dm' })).tokens).toEqual({ warning: 100_000, critical: 90_000 });
    expect(thresholdsOf(subject({ key: 'agent:main:main', kind: 'main' })).tokens).toEqual({
      warning: 150_000,
      critical: 200_000,
    });
  });

  it.each([
    ['the whole key', 'agent:main:telegram:group:-100', true],
    ['a part of it', 'telegram:group:-100', false],
    ['its end', '*:-100', true],
    ['its beginning', 'agent:main:telegram:*', true],
    ['its middle', '*:telegram:*', true],
    ['everything', '*', true],
    ['a star for nothing', 'agent:main:telegram:group:-100*', true],
    ['the private label', 'agent:main:telegram:group:0123456789', true],
    ['another case', 'agent:MAIN:*', false],
    ['a sign that is one of expressions', 'agent.main.telegram.group.-100', false],
    ['a group of expressions', '(agent:main:.*)', false],
  ])('apply to a session whose key or label matches: %s', (_, session, matches) => {
    const { thresholdsOf } = applyPolicy(policy([{ session, tokens: { warning: 7 } }]), labelOf);
    expect(thresholdsOf(subject()).tokens.warning).toBe(matches ? 7 : 50_000);
  });

  it.each([
    ['main', true],
    ['ma*', true],
    ['*', true],
    ['mai', false],
  ])('apply to the agents that %s matches', (agent, matches) => {
    const { thresholdsOf } = applyPolicy(policy([{ agent, tokens: { warning: 7 } }]), labelOf);
    expect(thresholdsOf(subject()).tokens.warning).toBe(matches ? 7 : 50_000);
  });

  it('match a key with newlines and slashes', () => {
    const { thresholdsOf } = applyPolicy(policy([{ session: 'agent:*:x', tokens: { warning: 7 } }]), labelOf);
    expect(thresholdsOf(subject({ key: 'agent:main:a/b\nc:x' })).tokens.warning).toBe(7);
  });

  it('of a kind as a whole are those of rules that speak of all its sessions', () => {
    const rules = policy([
      { agent: '*', kind: 'dm', tokens: { warning: 1 } },
      { session: '*', tokens: { warning: 2 } },
      { kind: 'group', tokens: { warning: 3 } },
      { tokens: { critical: 300_000 } },
    ]);
    expect(kindThresholds(rules, 'dm').tokens).toEqual({ warning: 100_000, critical: 300_000 });
    expect(kindThresholds(rules, 'group').tokens).toEqual({ warning: 3, critical: 300_000 });
    expect(kindThresholds(NO_POLICY, 'group').tokens).toEqual({ warning: 50_000, critical: 150_000 });
  });
});

describe('ignore', () => {
  it.each([
    ['the session and the finding', {}, 'stuck', true],
    ['another finding', {}, 'corrupted', false],
    ['another agent', { agent: 'ops' }, 'stuck', false],
    ['another session', { key: 'agent:main:main' }, 'stuck', false],
  ])('with %s', (_, changes, finding, ignored) => {
    const { isIgnored } = applyPolicy(
      policy([], [{ agent: 'main', session: '*:group:*', findings: ['stuck'] }]),
      labelOf,
    );
    expect(isIgnored(subject(changes), finding)).toBe(ignored);
  });
});

describe('a policy', () => {
  it.each([
    ['thresholds that are no list', { thresholds: { main: 1 } }, 'thresholds must be a list'],
    ['a rule without a number', { thresholds: [{ kind: 'dm' }] }, 'thresholds[0] says neither tokens nor'],
    [
      'tokens without a number',
      { thresholds: [{ tokens: {} }] },
      'thresholds[0].tokens says neither warning nor critical',
    ],
    ['an unknown kind', { thresholds: [{ kind: 'chat' }] }, 'thresholds[0].kind must be one of main, dm'],
    [
      'a misspelt key',
      { thresholds: [{ token: {} }] },
      'thresholds[0].token is no key (did you mean tokens?); in thresholds[0] there are kind, agent, session, tokens, ',
    ],
    [
      'a misspelt severity',
      { thresholds: [{ tokens: { warn: 1 } }] },
      'thresholds[0].tokens.warn is no key (did you mean warning?); in thresholds[0].tokens there are warning, critical',
    ],
    [
      'a number as text',
      { thresholds: [{ tokens: { warning: '9' } }] },
      'thresholds[0].tokens.warning must be a number',
    ],
    [
      'no number',
      { thresholds: [{ transcript_bytes: {} }] },
      'thresholds[0].transcript_bytes.warning is missing: it must',
    ],
    [
      'a number in the place of keys',
      { thresholds: [{ transcript_bytes: 9 }] },
      'thresholds[0].transcript_bytes must hold keys and values: warning',
    ],
    [
      'no rule',
      { thresholds: ['x'] },
      'thresholds[0] must hold keys and values: kind, agent, session, tokens, transcript',
    ],
    ['a pattern that is no text', { ignore: [{ agent: 5, findings: ['stuck'] }] }, 'ignore[0].agent must be a text'],
    ['a number of 0', { thresholds: [{ tokens: { warning: 0 } }] }, 'thresholds[0].tokens.warning must be above 0'],
    [
      'a warning above its critical one',
      { thresholds: [{ tokens: { warning: 2, critical: 1 } }] },
      'thresholds[0].tokens has its warning above its critical one',
    ],
    ['ignore of everything', { ignore: [{ findings: ['stuck'] }] }, 'ignore[0] names neither agent nor session'],
    ['ignore without findings', { ignore: [{ agent: 'a', findings: [] }] }, 'ignore[0].findings must name a finding'],
    [
      'an unknown finding',
      { ignore: [{ agent: 'a', findings: ['odd'] }] },
      'ignore[0].findings[0] must be one of corrupted, duplicate, stray, collision, stuck',
    ],
    [
      'a pattern of 1,001 characters',
      { thresholds: [{ session: '*'.repeat(1001), tokens: { warning: 1 } }] },
      'thresholds[0].session is longer than 1000 characters',
    ],
    ['an empty pattern', { ignore: [{ agent: '', findings: ['stuck'] }] }, 'ignore[0].agent must not be empty'],
  ])('with %s is refused with its place', (_, content, message) => {
    const { policy: parsed, flaws } = parsePolicy(content);
    expect(parsed).toEqual(NO_POLICY);
    expect(flaws.map(({ text }) => text)).toEqual([expect.stringContaining(message)]);
  });

  it('of an empty file is none', () => {
    expect(parsePolicy({})).toEqual({ policy: NO_POLICY, flaws: [] });
  });
});
