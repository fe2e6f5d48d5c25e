import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Session } from '../../../src/model/session.ts';
import type { SnapshotSession } from '../../../src/model/snapshot.ts';
import type { ScanResult } from '../../../src/scan/scanner.ts';
import { newFolder } from '../../support/folder.ts';
import { testScanner, UNROUTED } from '../../support/scan.ts';
import { NOW } from '../../support/sessions.ts';
import { readableAgent } from '../../support/snapshot.ts';

const KEY = 'agent:ops:bad';
const FIRST = 'agent:ops:telegram:direct:11111';
const LAST = 'agent:ops:telegram:group:-1002';
const STARTED = '2026-11-23T00:00:00.000Z';

function transcriptOf(id: string): string {
  return `{"type":"session","id":"${id}","timestamp":"${STARTED}"}
{"type":"message","message":{"role":"assistant","usage":{"input":700}}}
`;
}

function entryOf(id: string) {
  return { sessionId: id, updatedAt: NOW - 1000, totalTokens: 700, totalTokensFresh: true };
}

/** Scans a store whose index has this text between the entries of two good sessions. */
async function scanWith(members: string, salt?: null, prepare?: (folder: string) => void): Promise<ScanResult> {
  const stateDir = newFolder();
  const folder = join(stateDir, 'agents/ops/sessions');
  mkdirSync(folder, { recursive: true });
  for (const id of ['first', 'last', 'own']) {
    const path = join(folder, `${id}.jsonl`);
    writeFileSync(path, transcriptOf(id));
    utimesSync(path, new Date(NOW - 1000), new Date(NOW - 1000));
  }
  prepare?.(folder);
  const good = (key: string, id: string) => `${JSON.stringify(key)}:${JSON.stringify(entryOf(id))}`;
  writeFileSync(
    join(folder, 'sessions.json'),
    `{${[good(FIRST, 'first'), members, good(LAST, 'last')].filter(Boolean).join(',')}}`,
  );
  const scanner = testScanner(stateDir, {
    now: () => NOW,
    settings: { ...UNROUTED, ...(salt === null && { salt }) },
  });
  const quick = await scanner.quick();
  const deep = await scanner.deep();
  return { ...deep, rendered: deep.rendered ?? quick.rendered };
}

function sessionsIn({ snapshot }: ScanResult): SnapshotSession[] {
  const agent = readableAgent(snapshot, 'ops');
  expect(agent).toMatchObject({ problems: [], layout: 'file' });
  return [...agent.sessions];
}

function expectUntouched(sessions: readonly SnapshotSession[]): void {
  const ends = [sessions.at(0), sessions.at(-1)];
  expect(ends.map((published) => published?.session)).toMatchObject([
    { key: FIRST, kind: 'dm', tokens: 700, transcript: { bytes: transcriptOf('first').length } },
    { key: LAST, kind: 'group', tokens: 700, transcript: { bytes: transcriptOf('last').length } },
  ]);
  for (const published of ends) expect(published).toMatchObject({ findings: [], labels: {} });
}

function corruptionsOf(published: SnapshotSession | undefined): (string | null)[] {
  return (published?.findings ?? []).filter(({ finding }) => finding === 'corrupted').map(({ reason }) => reason);
}

const NOTHING = {
  tokens: null,
  tokensSource: 'none',
  transcript: { state: 'unnamed' },
  window: null,
  lastActivityMs: null,
  active: false,
} satisfies Partial<Session>;
const BROKEN = { ...NOTHING, flaws: ['entry_not_object'] } satisfies Partial<Session>;

interface EntryCase {
  entry: string;
  session: Partial<Session>;
  reasons?: string[];
}

describe('an entry beside two good ones', () => {
  it.each<EntryCase>([
    { entry: 'null', session: BROKEN, reasons: ['entry_invalid'] },
    { entry: '"text"', session: BROKEN, reasons: ['entry_invalid'] },
    { entry: '""', session: BROKEN, reasons: ['entry_invalid'] },
    { entry: '7', session: BROKEN, reasons: ['entry_invalid'] },
    { entry: 'true', session: BROKEN, reasons: ['entry_invalid'] },
    { entry: '[]', session: BROKEN, reasons: ['entry_invalid'] },
    { entry: `[${JSON.stringify(entryOf('own'))}]`, session: BROKEN, reasons: ['entry_invalid'] },
    { entry: '{}', session: { ...NOTHING, sessionId: null }, reasons: ['transcript_path_null'] },
    { entry: '{"sessionId":"own"}', session: { tokens: 700, tokensSource: 'transcript' } },
    {
      entry: '{"sessionId":"own","totalTokens":"900","totalTokensFresh":true}',
      session: { tokens: 700, tokensSource: 'transcript' },
    },
    {
      entry: '{"sessionId":"own","totalTokens":-5,"totalTokensFresh":true}',
      session: { tokens: 700, tokensSource: 'transcript' },
    },
    {
      entry: '{"sessionId":"own","totalTokens":1e999,"totalTokensFresh":true}',
      session: { tokens: 700, tokensSource: 'transcript' },
    },
    {
      entry: '{"sessionId":"own","totalTokens":0.5,"totalTokensFresh":true}',
      session: { tokens: 0.5, tokensSource: 'index' },
    },
    {
      entry: '{"sessionId":"own","totalTokens":1e300,"totalTokensFresh":true}',
      session: { tokens: 700, tokensSource: 'transcript' },
    },
    {
      entry: '{"sessionId":"own","totalTokens":1e300,"totalTokensFresh":true,"contextTokens":9}',
      session: { tokens: 700, window: 9 },
    },
    {
      entry: '{"sessionId":"own","totalTokens":900,"totalTokensFresh":"true"}',
      session: { tokens: 700, tokensSource: 'transcript' },
    },
    {
      entry: '{"sessionId":"own","totalTokens":900,"totalTokensFresh":false}',
      session: { tokens: 700, tokensSource: 'transcript' },
    },
    { entry: '{"sessionId":"own","contextTokens":"4096"}', session: { window: null } },
    { entry: '{"sessionId":"own","contextTokens":-1}', session: { window: null } },
    { entry: '{"sessionId":"own","contextTokens":0}', session: { window: null } },
    { entry: '{"sessionId":"own","contextTokens":1.5}', session: { window: 1.5, effectiveWindow: null } },
    { entry: '{"sessionId":"own","updatedAt":"2026-11-24"}', session: { lastActivityMs: null, active: false } },
    { entry: `{"sessionId":"own","updatedAt":${NOW + 9e9}}`, session: { lastActivityMs: NOW + 9e9, active: true } },
    { entry: '{"sessionId":"own","updatedAt":5,"lastActivityAt":6}', session: { lastActivityMs: 6 } },
    {
      entry: '{"sessionId":"own","updatedAt":5,"lastActivityAt":6,"lastInteractionAt":4}',
      session: { lastActivityMs: 4 },
    },
    { entry: '{"sessionId":"own","updatedAt":5,"lastInteractionAt":"6"}', session: { lastActivityMs: 5 } },
    { entry: '{"sessionId":"own"}', session: { startedMs: Date.parse(STARTED) } },
    { entry: '{"sessionId":"own","sessionStartedAt":5}', session: { startedMs: 5 } },
    { entry: '{"sessionId":"own","chatType":"direct"}', session: { kind: 'dm', channel: null } },
    { entry: '{"sessionId":"own","chatType":7}', session: { kind: 'other' } },
    {
      entry: '{"sessionId":"own","origin":{"accountId":"a"},"deliveryContext":{"accountId":"b"}}',
      session: { account: 'a' },
    },
    { entry: '{"sessionId":"own","deliveryContext":{"accountId":"b"},"lastAccountId":"c"}', session: { account: 'b' } },
    {
      entry: '{"sessionId":"own","origin":{"accountId":""},"deliveryContext":{"accountId":"b"}}',
      session: { account: 'b' },
    },
    { entry: '{"sessionId":"own","origin":{"accountId":""}}', session: { account: null } },
    { entry: '{"sessionId":"own","origin":"x","lastAccountId":"c"}', session: { account: 'c' } },
    {
      entry: '{"sessionId":"own","model":"m","modelProvider":"p","modelOverride":"o"}',
      session: { model: 'm', provider: 'p' },
    },
    {
      entry: '{"sessionId":"own","modelOverride":"o","providerOverride":"q"}',
      session: { model: null, override: { model: 'o', provider: 'q', isFallback: false } },
    },
    { entry: '{"sessionId":"own","__proto__":{"totalTokens":5,"totalTokensFresh":true}}', session: { tokens: 700 } },
    { entry: '{"sessionId":"own","sessionId":"own"}', session: { sessionId: 'own', tokens: 700 } },
    { entry: '{"sessionId":"gone"}', session: { ...NOTHING, transcript: { state: 'missing' } } },
    { entry: '{"sessionId":"gone","totalTokens":0,"totalTokensFresh":true}', session: { tokens: 0 } },
    { entry: '{"sessionId":"gone","totalTokens":9}', session: { tokens: null }, reasons: ['transcript_missing'] },
    { entry: '{"sessionId":"gone","status":"done"}', session: { status: 'done' }, reasons: ['transcript_missing'] },
    { entry: '{"sessionId":"own","sessionFile":null}', session: { tokens: 700 }, reasons: ['transcript_path_null'] },
    { entry: '{"sessionId":"x","sessionFile":"own.jsonl"}', session: { tokens: 700 }, reasons: ['id_mismatch'] },
    { entry: '{"sessionFile":"own.jsonl"}', session: { tokens: 700 } },
    { entry: '{"sessionId":"own","sessionFile":"/etc/passwd"}', session: { tokens: 700 }, reasons: ['entry_invalid'] },
    { entry: '{"sessionId":"../../../../../etc/passwd"}', session: NOTHING, reasons: ['entry_invalid'] },
  ])('$entry', async ({ entry, session, reasons = [] }) => {
    const sessions = sessionsIn(await scanWith(`"${KEY}":${entry}`));
    expectUntouched(sessions);
    expect(sessions).toHaveLength(3);
    expect(sessions[1]).toMatchObject({ labels: {}, session: { key: KEY, agent: 'ops', ...session } });
    expect(corruptionsOf(sessions[1])).toEqual(reasons);
  });

  it.each<[what: string, make: (path: string) => void, session: object, reasons: string[]]>([
    ['a folder', (path) => mkdirSync(path), { transcript: { state: 'missing' } }, ['transcript_missing']],
    ['a FIFO', (path) => execFileSync('mkfifo', [path]), { transcript: { state: 'missing' } }, ['transcript_missing']],
    ['a link out', (path) => symlinkSync('/etc/passwd', path), NOTHING, ['entry_invalid']],
    ['a link to a device', (path) => symlinkSync('/dev/zero', path), NOTHING, ['entry_invalid']],
    ['a loop of links', (path) => symlinkSync('odd.jsonl', path), NOTHING, ['entry_invalid']],
    ['empty', (path) => writeFileSync(path, ''), { transcript: { state: 'there' } }, ['transcript_empty']],
    [
      'no transcript',
      (path) => writeFileSync(path, 'text\n'),
      { transcript: { state: 'there' } },
      ['header_invalid', 'invalid_json'],
    ],
  ])('whose transcript is %s', async (_, make, session, reasons) => {
    const member = `"${KEY}":{"sessionId":"odd","totalTokens":5}`;
    const sessions = sessionsIn(await scanWith(member, undefined, (folder) => make(join(folder, 'odd.jsonl'))));
    expectUntouched(sessions);
    expect(sessions[1]?.session).toMatchObject(session);
    expect(corruptionsOf(sessions[1])).toEqual(reasons);
  });

  it('whose transcript is a link inside is not corrupted, since OpenClaw follows it; the store says that nobody looked', async () => {
    const member = `"${KEY}":{"sessionId":"odd","totalTokens":5}`;
    const link = (folder: string) => symlinkSync('own.jsonl', join(folder, 'odd.jsonl'));
    const { snapshot } = await scanWith(member, undefined, link);
    const { problems, sessions } = readableAgent(snapshot, 'ops');
    expect(problems).toEqual(['index_unreadable']);
    expect(sessions[1]).toMatchObject({ findings: [], session: { tokens: null, transcript: { state: 'unreadable' } } });
  });
});

const ODD_KEYS = [
  'a\nb',
  'a\r\nb',
  'a"b',
  'a\\b',
  'a\\nb',
  '{x="y"} 1',
  '\u0000\u0001\u001b[31m\u007f',
  '\u2028\u2029\u0085',
  '😀 agent:ops:😀',
  '\ud800',
  'x\udfffy',
  '__proto__',
  'constructor',
  '',
  ':::',
  'agent:ops:',
  'k'.repeat(10_000),
  '<script>alert(1)</script>',
];

describe('a key beside two good ones', () => {
  it.each(ODD_KEYS)('%j', async (key) => {
    for (const salt of [undefined, null]) {
      const result = await scanWith(
        `${JSON.stringify(key)}:{"sessionId":"own","totalTokens":500,"totalTokensFresh":true}`,
        salt,
      );
      const sessions = sessionsIn(result);
      expectUntouched(sessions);
      expect(sessions[1]).toMatchObject({ labels: {}, findings: [], session: { key, tokens: 500 } });
      const lines = result.rendered?.metrics.split('\n').filter((line) => line !== '' && !line.startsWith('#')) ?? [];
      for (const line of lines)
        expect(line).toMatch(/^[a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\]|\\["\\n])*",?)*\})? [0-9.e+-]+$/);
      expect(lines.filter((line) => line.startsWith('openclaw_store_session_tokens{'))).toHaveLength(3);
      if (salt === undefined && /^[^:]{2,}$/.test(key)) expect(result.rendered?.metrics).not.toContain(key);
    }
  });

  it('stands twice: its last entry counts', async () => {
    const sessions = sessionsIn(
      await scanWith(`"${KEY}":{"sessionId":"gone","status":"done"},"${KEY}":{"sessionId":"own"}`),
    );
    expectUntouched(sessions);
    expect(sessions).toHaveLength(3);
    expect(sessions[1]).toMatchObject({ findings: [], session: { tokens: 700 } });
  });

  it('and any value never throws, and never changes the good ones', async () => {
    const fields = [
      'sessionId',
      'sessionFile',
      'transcriptPath',
      'totalTokens',
      'updatedAt',
      'origin',
      'archivedAt',
      'x',
    ];
    const text = fc.string({ unit: fc.constantFrom('a', '/', '.', '\\', '"', '\n', '😀', '\u0001'), maxLength: 12 });
    const value = fc.oneof(text, fc.jsonValue({ maxDepth: 2 }));
    const entry = fc.oneof(fc.dictionary(fc.constantFrom(...fields), value), fc.jsonValue({ maxDepth: 1 }));
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          text.map((end) => `odd${end}`),
          entry,
          { maxKeys: 4 },
        ),
        async (members) => {
          const index = JSON.stringify(members).slice(1, -1);
          expectUntouched(sessionsIn(await scanWith(index)));
        },
      ),
      { numRuns: 60 },
    );
  });
});
