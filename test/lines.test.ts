import { describe, expect, it } from 'vitest';
import { columnsOf, cutKey, wrapped } from '../src/lines.ts';

describe('columnsOf', () => {
  it.each([
    ['plain', 5],
    ['', 0],
    ['Zoë', 3],
    ['e\u0301', 1],
    ['群组', 4],
    ['😀', 2],
    ['👩‍👩‍👧', 2],
    ['ｗ', 2],
  ])('of %j are %i', (text, columns) => {
    expect(columnsOf(text)).toBe(columns);
  });
});

describe('wrapped', () => {
  it.each([
    ['one two three', 9, ['one two', 'three']],
    ['one two three', 13, ['one two three']],
    ['a-word-that-is-longer b', 5, ['a-word-that-is-longer', 'b']],
    ['群组 群组', 8, ['群组', '群组']],
    ['', 5, ['']],
  ])('%j at %i is %j', (text, width, lines) => {
    expect(wrapped(text, width)).toEqual(lines);
  });
});

describe('cutKey', () => {
  it.each([
    ['agent:main:main', 20, ['agent:main:main']],
    ['agent:main:main', 10, ['agent:main', ':main']],
    ['agent:main', 5, ['agent', ':main']],
    ['abcdefg:h', 3, ['abc', 'def', 'g:h']],
    ['群组群组', 4, ['群组', '群组']],
    ['', 4, ['']],
  ])('%j at %i is %j', (key, width, pieces) => {
    expect(cutKey(key, width)).toEqual(pieces);
    expect(pieces.join('')).toBe(key);
  });
});
