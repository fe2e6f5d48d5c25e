import { describe, expect, it } from 'vitest';
import { agentsTail, isAnyAbsolute, mapPath, normalizeAnyPath } from '../../src/openclaw/path-map.ts';

describe('isAnyAbsolute', () => {
  it.each([
    ['/home/node/x.jsonl', true],
    ['/', true],
    ['//server/share', true],
    ['C:\\Users\\ada\\x.jsonl', true],
    ['c:/Users/ada/x.jsonl', true],
    ['\\\\server\\share\\x.jsonl', true],
    ['', false],
    ['x.jsonl', false],
    ['./x.jsonl', false],
    ['../x.jsonl', false],
    ['sub/x.jsonl', false],
    ['sub\\x.jsonl', false],
    ['C:x.jsonl', false],
    ['~/x.jsonl', false],
  ])('of %j is %s', (path, absolute) => {
    expect(isAnyAbsolute(path)).toBe(absolute);
  });
});

describe('normalizeAnyPath', () => {
  it.each([
    ['/a/b.jsonl', '/a/b.jsonl'],
    ['/a//b/./c/../d', '/a/b/d'],
    ['/../../a', '/a'],
    ['a/../../b', '../b'],
    ['C:\\Users\\ada\\x.jsonl', 'C:/Users/ada/x.jsonl'],
    ['C:\\Users\\..\\x.jsonl', 'C:/x.jsonl'],
    ['C:/Users/ada', 'C:/Users/ada'],
    ['C:\\a/b\\c', 'C:/a/b/c'],
    ['\\\\server\\share\\x', '/server/share/x'],
    ['sub\\x.jsonl', 'sub/x.jsonl'],
    ['..\\..\\x.jsonl', '../../x.jsonl'],
    // On a POSIX host a backslash is a letter of a name.
    ['/a/odd\\name.jsonl', '/a/odd\\name.jsonl'],
  ])('of %j is %j', (path, normal) => {
    expect(normalizeAnyPath(path)).toBe(normal);
  });
});

describe('mapPath', () => {
  const MAPPINGS = [
    { from: '/home/node/.openclaw', to: '/state' },
    { from: '/srv/claw/', to: '/data/claw' },
    { from: 'C:\\Users\\ada\\.openclaw', to: '/windows' },
    { from: '/home/node', to: '/late' },
  ];

  it.each([
    ['/home/node/.openclaw/agents/a/x', '/state/agents/a/x'],
    ['/home/node/.openclaw', '/state'],
    ['/home/node/.openclaw-work/x', '/late/.openclaw-work/x'],
    ['/home/nodes/x', null],
    ['/home/node/x', '/late/x'],
    ['/srv/claw/x', '/data/claw/x'],
    ['/srv/clawed', null],
    ['C:/Users/ada/.openclaw/agents/a/x', '/windows/agents/a/x'],
    ['/elsewhere', null],
    ['home/node/x', null],
  ])('of %j is %j', (path, mapped) => {
    expect(mapPath(path, MAPPINGS)).toBe(mapped);
  });

  it('maps everything from the root, and nothing without a mapping', () => {
    expect(mapPath('/any/thing', [{ from: '/', to: '/host' }])).toBe('/host/any/thing');
    expect(mapPath('/any/thing', [])).toBeNull();
  });
});

describe('agentsTail', () => {
  it.each([
    ['/home/node/.openclaw/agents/main/sessions/x.jsonl', 'agents/main/sessions/x.jsonl'],
    ['C:/Users/ada/.openclaw/agents/main/sessions/x.jsonl', 'agents/main/sessions/x.jsonl'],
    ['/srv/agents/claw/agents/main/sessions/x.jsonl', 'agents/main/sessions/x.jsonl'],
    ['/srv/agents/x.jsonl', null],
    ['/srv/agents/', null],
    ['/srv/subagents/main/x.jsonl', null],
    ['/srv/x.jsonl', null],
  ])('of %j is %j', (path, tail) => {
    expect(agentsTail(path)).toBe(tail);
  });
});
