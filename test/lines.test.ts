import { describe, expect, it } from 'vitest';
import { columnsOf, cutKey, hanging, widthFor, wrapped } from '../src/lines.ts';

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
    ['a-word-that-is-longer b', 5, ['a-wor', 'd-tha', 't-is-', 'longe', 'r b']],
    ['in /srv/openclaw/agents/main', 13, ['in', '/srv/openclaw', '/agents/main']],
    ['群组 群组', 8, ['群组', '群组']],
    ['', 5, ['']],
  ])('%j at %i is %j', (text, width, lines) => {
    expect(wrapped(text, width)).toEqual(lines);
  });
});

describe('hanging', () => {
  it.each([
    ['agent:main:main', 40, '', ['agent:main:main']],
    ['agent:main:main', 40, ' in agent work', ['agent:main:main in agent work']],
    ['agent:main:main', 24, ' in agent work', ['agent:main:main', '    in agent work']],
    ['agent:main:main', 14, ', in work', ['agent:main', '    :main', '    in work']],
  ])('%j at %i, with %j behind it, is %j', (text, width, end, lines) => {
    expect(hanging(text, width, end)).toEqual(lines);
  });
});

describe('widthFor', () => {
  it.each([
    ['nothing', {}, {}, 80],
    ['a terminal', { columns: 60 }, {}, 60],
    ['COLUMNS, without a terminal', {}, { COLUMNS: '50' }, 50],
    ['COLUMNS before the terminal', { columns: 60 }, { COLUMNS: '100' }, 100],
    ['a terminal that has no size', { columns: 0 }, { COLUMNS: '' }, 80],
    ['what is no number', {}, { COLUMNS: 'wide' }, 80],
    ['too few', {}, { COLUMNS: '1' }, 40],
    ['very many', { columns: 1000 }, {}, 120],
  ])('of %s', (_, stream, env, width) => {
    expect(widthFor(stream, env)).toBe(width);
  });
});

describe('cutKey', () => {
  it.each([
    ['agent:main:main', 20, ['agent:main:main']],
    ['agent:main:main', 10, ['agent:main', ':main']],
    ['agent:main', 5, ['agent', ':main']],
    ['/srv/openclaw', 10, ['/srv', '/openclaw']],
    ['abcdefg:h', 3, ['abc', 'def', 'g:h']],
    ['群组群组', 4, ['群组', '群组']],
    ['', 4, ['']],
  ])('%j at %i is %j', (key, width, pieces) => {
    expect(cutKey(key, width)).toEqual(pieces);
    expect(pieces.join('')).toBe(key);
  });
});
