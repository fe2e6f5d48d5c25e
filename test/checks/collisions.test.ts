import { describe, expect, it } from 'vitest';
import { collisions } from '../../src/checks/collisions.ts';
import { classified, found, type Routed } from '../support/routed.ts';
import { bound } from '../support/routes.ts';
import { NOW } from '../support/sessions.ts';
import { aTranscript } from '../support/snapshot.ts';

const DAY = 24 * 60 * 60 * 1000;
const LINKS = { ...bound(), session: { identityLinks: { ada: ['telegram:111'] } } };

type User = readonly [agent: string, key: string, path: string | null];

/** What a session with its transcript at this path has. */
function at(path: string): Pick<Routed, 'transcript'> {
  return { transcript: aTranscript(10, { path }) };
}

function colliding(...sessions: readonly Routed[]): string[] {
  return found(collisions, classified(LINKS, '2026.7.35', sessions));
}

describe('one transcript of several keys', () => {
  const users = (...all: readonly User[]) =>
    all.map(([agent, key, path]) => ({ agent, key, ...(path === null ? {} : at(path)) }));

  it.each<[string, User[]]>([
    [
      'two labels',
      [
        ['main', 'agent:main:one', '/a'],
        ['main', 'agent:main:two', '/a'],
      ],
    ],
    [
      'two peers',
      [
        ['main', 'agent:main:telegram:direct:111', '/a'],
        ['main', 'agent:main:telegram:direct:112', '/a'],
      ],
    ],
    [
      'main and a group',
      [
        ['main', 'agent:main:main', '/a'],
        ['main', 'agent:main:telegram:group:-1', '/a'],
      ],
    ],
    [
      'a group and its topic',
      [
        ['main', 'agent:main:telegram:group:-1', '/a'],
        ['main', 'agent:main:telegram:group:-1:topic:2', '/a'],
      ],
    ],
    [
      'a job and a subagent',
      [
        ['main', 'agent:main:cron:daily', '/a'],
        ['main', 'agent:main:subagent:1', '/a'],
      ],
    ],
    [
      'two jobs',
      [
        ['main', 'agent:main:cron:daily', '/a'],
        ['main', 'agent:main:cron:weekly', '/a'],
      ],
    ],
    [
      'the runs of two jobs',
      [
        ['main', 'agent:main:cron:daily:run:1', '/a'],
        ['main', 'agent:main:cron:weekly:run:1', '/a'],
      ],
    ],
    [
      'one peer of two agents',
      [
        ['main', 'agent:main:telegram:direct:111', '/a'],
        ['work', 'agent:work:telegram:direct:111', '/a'],
      ],
    ],
    [
      'one key in two stores',
      [
        ['main', 'agent:main:notes', '/a'],
        ['work', 'agent:main:notes', '/a'],
      ],
    ],
    [
      'three keys',
      [
        ['main', 'agent:main:a', '/a'],
        ['main', 'agent:main:b', '/a'],
        ['main', 'agent:main:c', '/a'],
      ],
    ],
    [
      'an alias and somebody else',
      [
        ['main', 'agent:main:telegram:dm:111', '/a'],
        ['main', 'agent:main:telegram:direct:111', '/a'],
        ['main', 'agent:main:notes', '/a'],
      ],
    ],
  ])('%s', (_, all) => {
    expect(colliding(...users(...all))).toEqual(all.map(([agent, key]) => `${agent} ${key}:`));
  });

  it.each<[string, User[]]>([
    ['one key', [['main', 'agent:main:one', '/a']]],
    [
      'two transcripts',
      [
        ['main', 'agent:main:one', '/a'],
        ['main', 'agent:main:two', '/b'],
      ],
    ],
    [
      'none of either',
      [
        ['main', 'agent:main:one', null],
        ['main', 'agent:main:two', null],
      ],
    ],
    [
      'a job and its run',
      [
        ['main', 'agent:main:cron:daily', '/a'],
        ['main', 'agent:main:cron:daily:run:1', '/a'],
      ],
    ],
    [
      'two runs of a job',
      [
        ['main', 'agent:main:cron:daily:run:1', '/a'],
        ['main', 'agent:main:cron:daily:run:2', '/a'],
      ],
    ],
    [
      'dm and direct',
      [
        ['main', 'agent:main:telegram:dm:111', '/a'],
        ['main', 'agent:main:telegram:direct:111', '/a'],
      ],
    ],
    [
      'main with and without its agent',
      [
        ['main', 'main', '/a'],
        ['main', 'agent:main:main', '/a'],
      ],
    ],
    [
      'letter case',
      [
        ['main', 'agent:main:whatsapp:group:1@G.us', '/a'],
        ['main', 'agent:main:whatsapp:group:1@g.us', '/a'],
      ],
    ],
    [
      'an identity link',
      [
        ['main', 'agent:main:telegram:direct:ada', '/a'],
        ['main', 'agent:main:telegram:direct:111', '/a'],
      ],
    ],
  ])('is none: %s', (_, all) => {
    expect(colliding(...users(...all))).toEqual([]);
  });
});

it('is a session whose entry names two transcripts', () => {
  const [one, two] = [
    { agent: 'main', key: 'agent:main:one', flaws: ['two_transcripts' as const], ...at('/a') },
    { agent: 'main', key: 'agent:main:two', ...at('/b') },
  ];
  expect(colliding(one, two)).toEqual(['main agent:main:one:']);
});

it('is found once though it collides in two ways', () => {
  const both = ['one', 'two'].map((name) => ({
    agent: 'main',
    key: `agent:main:${name}`,
    flaws: ['two_transcripts' as const],
    ...at('/a'),
  }));
  expect(colliding(...both)).toEqual(['main agent:main:one:', 'main agent:main:two:']);
});

describe('two windows of one row that began together', () => {
  it.each<[string, string, number | null, boolean]>([
    ['just now', 'agent:main:telegram:direct:111', NOW - 1000, true],
    ['nearly a day ago', 'agent:main:main', NOW - DAY + 1, true],
    ['a day ago', 'agent:main:main', NOW - DAY, false],
    ['by a clock that runs ahead', 'agent:main:main', NOW + 60_000, true],
    ['of a job', 'agent:main:cron:daily', NOW - 1000, false],
    ['of a run', 'agent:main:cron:daily:run:1', NOW - 1000, false],
    ['of a job without an agent', 'cron:daily', NOW - 1000, false],
    ['of a label that begins so', 'agent:main:cronicle', NOW - 1000, true],
    ['which are none', 'agent:main:main', null, false],
  ])('%s', (_, key, simultaneousStartMs, isCollision) => {
    const found = colliding({ agent: 'main', key, era: 'sqlite', simultaneousStartMs });
    expect(found).toEqual(isCollision ? [`main ${key}:`] : []);
  });
});
