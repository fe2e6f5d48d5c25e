import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Flaw } from '../../../src/model/session.ts';
import { IndexEntry } from '../../../src/openclaw/index-entry.ts';
import { listing, type TranscriptFolders, transcriptPath } from '../../../src/read/file/transcript-path.ts';

const OWN = '/state/agents/ops/sessions';
const FILES = ['good.jsonl', 'forum-topic-42.jsonl', 'forum-topic-a%2Fb.jsonl', 'both.jsonl', 'both-topic-42.jsonl'];
const MAPPINGS = [
  { from: '/gateway', to: '/state' },
  { from: 'D:\\claw', to: '/state' },
  { from: '/leads-out', to: '/etc' },
];

function folders(names: readonly string[] = FILES): TranscriptFolders {
  return {
    stateDir: '/state',
    roots: ['/state'],
    mappings: MAPPINGS,
    links: [],
    own: [listing(OWN, names)],
  };
}

interface PathCase {
  when: string;
  entry: object;
  thread?: string;
  path: string | null;
  flaws?: readonly Flaw[];
}

const GOOD = `${OWN}/good.jsonl`;
const TOPIC = `${OWN}/forum-topic-42.jsonl`;
const NULL = { flaws: ['path_null'] } as const;
const OUT = { flaws: ['leads_out'] } as const;

describe('transcriptPath', () => {
  it.each<PathCase>([
    { when: 'only the id is there', entry: { sessionId: 'good' }, path: GOOD },
    { when: 'the id’s file is not there', entry: { sessionId: 'gone' }, path: `${OWN}/gone.jsonl` },
    { when: 'the topic has half of a character', entry: { sessionId: 'forum' }, thread: '\ud800', path: TOPIC },
    { when: 'there is nothing', entry: {}, path: null, ...NULL },
    { when: 'the id is null', entry: { sessionId: null }, path: null, ...NULL },
    { when: 'the id is a number', entry: { sessionId: 7 }, path: null, ...NULL },

    { when: 'the path is null', entry: { sessionFile: null, sessionId: 'good' }, path: GOOD, ...NULL },
    { when: 'the path is null and no id', entry: { sessionFile: null }, path: null, ...NULL },
    { when: 'transcriptPath is null', entry: { transcriptPath: null, sessionId: 'good' }, path: GOOD, ...NULL },
    { when: 'the path is empty', entry: { sessionFile: '', sessionId: 'good' }, path: GOOD },
    { when: 'the path is blank', entry: { sessionFile: ' \t', sessionId: 'good' }, path: GOOD },
    { when: 'the path is blank and no id', entry: { sessionFile: ' ' }, path: null, ...NULL },
    { when: 'the path is a number', entry: { sessionFile: 7, sessionId: 'good' }, path: GOOD },
    { when: 'the path is a number and no id', entry: { sessionFile: 7 }, path: null, ...NULL },
    { when: 'the path is a list', entry: { sessionFile: ['x'], sessionId: 'good' }, path: GOOD },
    { when: 'the path is true', entry: { sessionFile: true, sessionId: 'good' }, path: GOOD },

    {
      when: 'the path is in the folder',
      entry: { sessionFile: `${OWN}/a.jsonl`, sessionId: 'good' },
      path: `${OWN}/a.jsonl`,
    },
    { when: 'the path has no id', entry: { sessionFile: `${OWN}/a.jsonl` }, path: `${OWN}/a.jsonl` },
    {
      when: 'the path is of another agent',
      entry: { sessionFile: '/state/agents/b/sessions/a.jsonl' },
      path: '/state/agents/b/sessions/a.jsonl',
    },
    {
      when: 'the path is in the state dir',
      entry: { sessionFile: '/state/sessions/a.jsonl' },
      path: '/state/sessions/a.jsonl',
    },
    {
      when: 'the path has dots that stay',
      entry: { sessionFile: `${OWN}/../x/./a.jsonl` },
      path: '/state/agents/ops/x/a.jsonl',
    },
    { when: 'transcriptPath is all', entry: { transcriptPath: `${OWN}/a.jsonl` }, path: `${OWN}/a.jsonl` },
    {
      when: 'both are',
      entry: { sessionFile: `${OWN}/a.jsonl`, transcriptPath: `${OWN}/b.jsonl` },
      path: `${OWN}/a.jsonl`,
    },

    { when: 'the path is relative', entry: { sessionFile: 'a.jsonl' }, path: `${OWN}/a.jsonl` },
    { when: 'it is relative with a dot', entry: { sessionFile: './sub/a.jsonl' }, path: `${OWN}/sub/a.jsonl` },
    {
      when: 'it is relative and stays',
      entry: { sessionFile: '../../b/sessions/a.jsonl' },
      path: '/state/agents/b/sessions/a.jsonl',
    },
    { when: 'it is relative of Windows', entry: { sessionFile: '..\\a.jsonl' }, path: '/state/agents/ops/a.jsonl' },
    {
      when: 'it leads out by dots',
      entry: { sessionFile: '../../../../etc/passwd', sessionId: 'good' },
      path: GOOD,
      ...OUT,
    },
    {
      when: 'it leads out by Windows dots',
      entry: { sessionFile: '..\\..\\..\\..\\a', sessionId: 'good' },
      path: GOOD,
      ...OUT,
    },
    {
      when: 'it leads to a name alike',
      entry: { sessionFile: '/state-old/a.jsonl', sessionId: 'good' },
      path: GOOD,
      ...OUT,
    },
    {
      when: 'it leads out from inside',
      entry: { sessionFile: '/state/../etc/passwd', sessionId: 'good' },
      path: GOOD,
      ...OUT,
    },
    { when: 'it leads out absolutely', entry: { sessionFile: '/etc/passwd', sessionId: 'good' }, path: GOOD, ...OUT },
    {
      when: 'it leads out and no file is there',
      entry: { sessionFile: '/etc/passwd', sessionId: 'x' },
      path: `${OWN}/x.jsonl`,
      ...OUT,
    },
    { when: 'it leads out and no id', entry: { sessionFile: '/etc/passwd' }, path: null, ...OUT },
    { when: 'it is of a home', entry: { sessionFile: '~/x.jsonl' }, path: `${OWN}/~/x.jsonl` },

    {
      when: 'it is foreign',
      entry: { sessionFile: '/home/node/.openclaw/agents/ops/sessions/a.jsonl' },
      path: `${OWN}/a.jsonl`,
    },
    {
      when: 'it is foreign, of another agent',
      entry: { sessionFile: '/x/agents/b/sessions/a.jsonl' },
      path: '/state/agents/b/sessions/a.jsonl',
    },
    {
      when: 'it is foreign twice',
      entry: { sessionFile: '/x/agents/y/agents/b/sessions/a.jsonl' },
      path: '/state/agents/b/sessions/a.jsonl',
    },
    {
      when: 'it is foreign with dots after its tail',
      entry: { sessionFile: '/x/agents/b/../../../etc/passwd', sessionId: 'good' },
      path: GOOD,
      ...OUT,
    },
    {
      when: 'it is of Windows',
      entry: { sessionFile: 'C:\\Users\\ada\\.openclaw\\agents\\ops\\sessions\\a.jsonl' },
      path: `${OWN}/a.jsonl`,
    },
    {
      when: 'it is of Windows with slashes',
      entry: { sessionFile: 'C:/Users/ada/agents/ops/sessions/a.jsonl' },
      path: `${OWN}/a.jsonl`,
    },
    {
      when: 'it is UNC',
      entry: { sessionFile: '\\\\srv\\share\\agents\\ops\\sessions\\a.jsonl' },
      path: `${OWN}/a.jsonl`,
    },
    { when: 'it is foreign without agents', entry: { sessionFile: '/opt/store/good.jsonl' }, path: GOOD },
    { when: 'it is of Windows without agents', entry: { sessionFile: 'E:\\store\\good.jsonl' }, path: GOOD },
    { when: 'it is UNC without agents', entry: { sessionFile: '\\\\srv\\share\\good.jsonl' }, path: GOOD },
    {
      when: 'it is foreign and not here',
      entry: { sessionFile: '/opt/store/a.jsonl', sessionId: 'good' },
      path: GOOD,
      ...OUT,
    },
    { when: 'it is the root', entry: { sessionFile: '/', sessionId: 'good' }, path: GOOD, ...OUT },

    { when: 'it is mapped', entry: { sessionFile: '/gateway/custom/a.jsonl' }, path: '/state/custom/a.jsonl' },
    {
      when: 'it is mapped from Windows',
      entry: { sessionFile: 'D:\\claw\\custom\\a.jsonl' },
      path: '/state/custom/a.jsonl',
    },
    {
      when: 'mapping comes before the tail',
      entry: { sessionFile: '/gateway/old/agents/ops/a.jsonl' },
      path: '/state/old/agents/ops/a.jsonl',
    },
    { when: 'mapping leads out', entry: { sessionFile: '/leads-out/passwd', sessionId: 'good' }, path: GOOD, ...OUT },
    {
      when: 'mapping leads out and a tail is there',
      entry: { sessionFile: '/leads-out/agents/ops/sessions/a.jsonl' },
      path: `${OWN}/a.jsonl`,
    },
    { when: 'mapping leads out and the name is there', entry: { sessionFile: '/leads-out/good.jsonl' }, path: GOOD },

    { when: 'the id leads out', entry: { sessionId: '../../../../../etc/hosts' }, path: null, ...OUT },
    { when: 'the id is an absolute path', entry: { sessionId: '/etc/hosts' }, path: null, ...OUT },
    {
      when: 'the id leads out and the path is null',
      entry: { sessionFile: null, sessionId: '/etc/x' },
      path: null,
      flaws: ['path_null', 'leads_out'],
    },
    { when: 'the id leads out by Windows dots', entry: { sessionId: '..\\..\\..\\..\\hosts' }, path: null, ...OUT },
    { when: 'the id is an absolute path of Windows', entry: { sessionId: 'C:\\hosts' }, path: null, ...OUT },
    {
      when: 'the id leads out and the path is good',
      entry: { sessionFile: `${OWN}/a.jsonl`, sessionId: '../../../../../etc/hosts' },
      path: `${OWN}/a.jsonl`,
      ...OUT,
    },
    {
      when: 'the id leads to another agent and the path is good',
      entry: { sessionFile: `${OWN}/a.jsonl`, sessionId: '../../b/sessions/x' },
      path: `${OWN}/a.jsonl`,
    },
    {
      when: 'the id is another and the path is good',
      entry: { sessionFile: `${OWN}/a.jsonl`, sessionId: 'b' },
      path: `${OWN}/a.jsonl`,
    },
    { when: 'both lead out', entry: { sessionFile: '/etc/passwd', sessionId: '/etc/hosts' }, path: null, ...OUT },

    { when: 'the key has a topic', entry: { sessionId: 'forum' }, thread: '42', path: `${OWN}/forum-topic-42.jsonl` },
    {
      when: 'the topic is encoded',
      entry: { sessionId: 'forum' },
      thread: 'a/b',
      path: `${OWN}/forum-topic-a%2Fb.jsonl`,
    },
    { when: 'the topic is another', entry: { sessionId: 'forum' }, thread: '7', path: `${OWN}/forum-topic-42.jsonl` },
    { when: 'the key has none', entry: { sessionId: 'forum' }, path: `${OWN}/forum-topic-42.jsonl` },
    { when: 'the plain file is there', entry: { sessionId: 'both' }, thread: '42', path: `${OWN}/both.jsonl` },
    { when: 'the topic is not there', entry: { sessionId: 'gone' }, thread: '42', path: `${OWN}/gone.jsonl` },
  ])('is $path when $when: $entry', ({ entry, thread = null, path, flaws = [] }) => {
    expect(transcriptPath(IndexEntry.parse(entry), thread, folders())).toMatchObject({ path, flaws });
  });

  it('is inside the state directory or null, whatever an entry says', () => {
    const word = fc.constantFrom(
      '..',
      '.',
      '',
      'agents',
      'ops',
      'sessions',
      'state',
      'gateway',
      'leads-out',
      'good.jsonl',
      'etc',
      'C:',
      'D:',
      'claw',
      '~',
      '\0',
      '%2e%2e',
      'é',
    );
    const separator = fc.constantFrom('/', '\\');
    const text = fc.oneof(
      fc.array(fc.tuple(word, separator), { maxLength: 10 }).map((parts) => parts.flat().join('')),
      fc.array(word, { maxLength: 10 }).map((words) => `/state/${words.join('/')}`),
      fc.string({ unit: 'binary' }),
    );
    const value = fc.oneof(
      { weight: 5, arbitrary: text },
      { weight: 1, arbitrary: fc.constantFrom(null, undefined, 7) },
    );
    const entry = fc.record({ sessionFile: value, transcriptPath: value, sessionId: value });
    fc.assert(
      fc.property(entry, fc.option(text), fc.array(text), (stored, thread, names) => {
        const found = transcriptPath(
          IndexEntry.parse(stored),
          thread,
          folders(names.map((name) => name.replaceAll('/', '_'))),
        );
        if (found.path === null) return;
        expect(`${resolve(found.path)}/`.startsWith('/state/')).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
