import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizeAgentId } from '../../src/openclaw/agent-id.ts';

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
