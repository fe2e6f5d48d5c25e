import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isReservedAgent, normalizeAgentId } from '../../src/openclaw/agent-id.ts';

describe('normalizeAgentId', () => {
  it.each([
    ['main', 'main'],
    ['Main Bot', 'main-bot'],
    ['  ops  ', 'ops'],
    ['OPS', 'ops'],
    ['a_b-c9', 'a_b-c9'],
    ['9lives', '9lives'],
    ['', 'main'],
    ['   ', 'main'],
    ['---', 'main'],
    ['émile', 'mile'],
    ['日本', 'main'],
    ['a/b\\c', 'a-b-c'],
    ['../etc', 'etc'],
    ['a:b', 'a-b'],
    ['-lead', 'lead'],
    ['trail-', 'trail-'],
    ['a'.repeat(64), 'a'.repeat(64)],
    ['a'.repeat(80), 'a'.repeat(64)],
  ])('%j is %j', (raw, id) => {
    expect(normalizeAgentId(raw)).toBe(id);
  });

  it('has no part that a million dashes make slow', () => {
    expect(normalizeAgentId(`!a${'-'.repeat(1_000_000)}b`)).toBe(`a${'-'.repeat(63)}`);
  });

  it('gives a name that is safe as a folder and as a part of a key, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (raw) => {
        expect(normalizeAgentId(raw)).toMatch(/^[a-z0-9_][a-z0-9_-]{0,63}$/);
      }),
    );
  });

  it('changes nothing the second time where no cut was needed', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (raw) => {
        const id = normalizeAgentId(raw);
        expect(normalizeAgentId(id)).toBe(id);
      }),
    );
  });
});

describe('an agent that OpenClaw reserves', () => {
  it.each<[string, string | null, boolean]>([
    ['openclaw', '2026.8.1', true],
    ['crestodian', '2026.9.6', true],
    // Up to then it is a name like any other.
    ['openclaw', '2026.7.35', false],
    ['openclaw', '2026.2.6-3', false],
    // Nobody knows: no claim.
    ['openclaw', null, true],
    ['openclaw2', '2026.9.6', false],
    ['main', '2026.9.6', false],
  ])('%s of %s: %s', (id, version, expected) => {
    expect(isReservedAgent(id, version)).toBe(expected);
  });
});
