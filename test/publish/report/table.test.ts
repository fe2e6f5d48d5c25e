import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../src/model/snapshot.ts';
import { reportTable, type TableOptions } from '../../../src/publish/report/table.ts';
import { anAgent, anUnreadableAgent, aSnapshot, aTranscript, corrupted, published } from '../../support/snapshot.ts';

const ESCAPE = '\u001b';

function table(snapshot: Snapshot, options: Partial<TableOptions> = {}): string {
  const where = { stateDir: '/state', whyStateDir: 'OPENCLAW_PROFILE is work' };
  const filters = { agent: null, kind: null, 'findings-only': false };
  return reportTable(snapshot, { ...where, ...filters, isTerminal: false, ...options });
}

/** The rows of the sessions, head first, by the columns of the head. */
function sessionRows(text: string): Record<string, string>[] {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.startsWith('AGENT') && line.includes('SESSION '));
  if (at < 0) return [];
  const head = lines[at] ?? '';
  const columns = [...head.matchAll(/\S+\s*/g)].map(({ 0: name, index }) => ({
    name: name.trim(),
    from: index,
    to: index + name.length,
  }));
  return lines
    .slice(at + 1)
    .filter((line) => line !== '')
    .map((line) =>
      Object.fromEntries(
        columns.map(({ name, from, to }, nth) => [
          name,
          line.slice(from, nth === columns.length - 1 ? undefined : to).trim(),
        ]),
      ),
    );
}

const SESSIONS = [
  published({ key: 'unknown', kind: 'other' }, { labels: { session: 'label-unknown' } }),
  published({ key: 'small', kind: 'dm', tokens: 9 }, { labels: { session: 'label-small' } }),
  published(
    { key: 'full', tokens: 250_000, window: 200_000, transcript: aTranscript(500_001) },
    { labels: { session: 'label-full' } },
  ),
  published(
    { key: 'bad', kind: 'group', tokens: 60_000 },
    { labels: { session: 'label-bad' }, findings: [corrupted('id_mismatch'), corrupted('truncated')] },
  ),
];
const SNAPSHOT = aSnapshot({
  agents: [
    anAgent({ sessions: SESSIONS, archived: 2 }),
    anAgent({
      agent: 'second',
      sessions: [published({ key: 'elsewhere', tokens: 10 }, { labels: null })],
    }),
    anUnreadableAgent({ agent: 'third', problems: ['index_empty'] }),
  ],
});

describe('the table', () => {
  it('shows agents, of an unreadable one no count, then sessions with the largest context first', () => {
    const text = table(SNAPSHOT);
    expect(text).toBe(
      [
        'AGENT   LAYOUT  SESSIONS  ARCHIVED  PROBLEMS',
        'main    file    4         2',
        'second  file    1         0',
        'third   file                        index_empty',
        '',
        'AGENT   SESSION        KIND   TOKENS  WINDOW  BYTES   WHY',
        'main    label-full     main   250000  200000  500001  tokens (critical), large transcript',
        'main    label-bad      group  60000                   corrupted (id_mismatch), corrupted (truncated), tokens (warning)',
        'second  (no series)    main   10',
        'main    label-small    dm     9',
        'main    label-unknown  other',
        '',
      ].join('\n'),
    );
  });

  it('away from a terminal has no key and no colour', () => {
    const text = table(SNAPSHOT);
    expect(text).not.toContain('KEY');
    expect(text).not.toContain('elsewhere');
    expect(text).not.toContain(ESCAPE);
  });

  it('on a terminal has each key beside its label, and colours for what is noteworthy', () => {
    const text = table(SNAPSHOT, { isTerminal: true });
    const rows = sessionRows(stripVTControlCharacters(text));
    expect(rows.map(({ SESSION, KEY }) => [SESSION, KEY])).toEqual([
      ['label-full', 'full'],
      ['label-bad', 'bad'],
      ['(no series)', 'elsewhere'],
      ['label-small', 'small'],
      ['label-unknown', 'unknown'],
    ]);
    expect(text).toContain(`${ESCAPE}[31mtokens (critical), large transcript${ESCAPE}[39m`);
    expect(text).toContain(`${ESCAPE}[33mcorrupted (id_mismatch)`);
    expect(text.match(new RegExp(`${ESCAPE}\\[3\\dm`, 'g'))).toHaveLength(4);
  });

  it.each([
    [{ agent: 'second' }, ['(no series)']],
    [{ agent: 'third' }, []],
    [{ agent: 'nobody' }, []],
    [{ kind: 'main' as const }, ['label-full', '(no series)']],
    [{ kind: 'acp' as const }, []],
    [{ 'findings-only': true }, ['label-full', 'label-bad']],
    [{ 'findings-only': true, kind: 'group' as const, agent: 'main' }, ['label-bad']],
  ])('with %j shows the sessions %j', (filter, labels) => {
    const text = table(SNAPSHOT, filter);
    expect(sessionRows(text).map(({ SESSION }) => SESSION)).toEqual(labels);
    expect(text.includes('No session to show.')).toBe(labels.length === 0);
  });

  it('with --agent shows that agent only, with its problem', () => {
    const text = table(SNAPSHOT, { agent: 'third' });
    expect(text).toContain('index_empty');
    expect(text).not.toMatch(/^(main|second) /m);
  });

  it('obeys no control character of a label or key, and keeps each session on its line', () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom('\u001b[31m', '\n', '\r', '\u0000', '\u007f', '\u009b', '\t', 'a', '😀') }),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(text, (key) => {
        const sessions = [published({ key }, { labels: { session: `x${key}` } })];
        for (const isTerminal of [false, true]) {
          const lines = table(aSnapshot({ agents: [anAgent({ sessions })] }), { isTerminal }).split('\n');
          expect(lines).toHaveLength(6);
          expect(lines.join('')).not.toMatch(/\p{Cc}/u);
        }
      }),
    );
  });

  it.each([
    [
      'missing',
      /^No session is known: \/state is not there\. .* because OPENCLAW_PROFILE is work\.\n.*--openclaw\.state-dir/,
    ],
    ['denied', /may not be read by this user.*\n.*as the gateway's user/],
    ['empty', /holds neither agents nor a config.*\n.*start the gateway once/],
    ['unreadable', /is no directory of OpenClaw.*\n.*not to a file/],
    ['link_refused', /is a link that belongs to another user.*\n.*the link leads to/],
  ] as const)(
    'names a state directory that is %s, why it was chosen and what to do, and shows nothing of sessions',
    (unreadable, expected) => {
      const text = table(aSnapshot({ unreadable }));
      expect(text).toMatch(expected);
      expect(text).not.toContain('AGENT');
    },
  );

  it('says that it is a sample, and that the config cannot be used', () => {
    expect(table(aSnapshot({ sample: true, configValid: false }))).toMatch(/SAMPLE.*openclaw\.json cannot be used/s);
    expect(table(aSnapshot({ configValid: false, configDropped: ['agents'] }))).toMatch(
      /wrong shape.*absent: agents\./,
    );
    expect(table(aSnapshot())).not.toMatch(/SAMPLE|openclaw\.json/);
  });
});
