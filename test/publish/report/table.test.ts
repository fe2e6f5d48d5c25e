import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../../src/lines.ts';
import type { Snapshot } from '../../../src/model/snapshot.ts';
import { WITHOUT_COLOURS } from '../../../src/publish/report/paint.ts';
import { reportTable, type TableOptions } from '../../../src/publish/report/table.ts';
import { anAgent, anUnreadableAgent, aSnapshot, aTranscript, corrupted, published } from '../../support/snapshot.ts';

const NOW = Date.UTC(2026, 10, 30, 12);
const MINUTE = 60_000;

function table(snapshot: Snapshot, options: Partial<TableOptions> = {}): string {
  const where = { stateDir: '/state', whyStateDir: 'OPENCLAW_PROFILE is work' };
  const filters = { agent: null, kind: null, 'findings-only': false, all: false, 'show-keys': false };
  const terminal = { width: 80, paint: WITHOUT_COLOURS };
  const labelOf = (key: string) => `label-${key}`;
  return reportTable(snapshot, { ...where, ...filters, ...terminal, labelOf, deep: true, nowMs: NOW, ...options });
}

/** The labels of the sessions that are shown, in their order. */
function shown(text: string): string[] {
  return text.split('\n').filter((line) => line.startsWith('label-'));
}

const SESSIONS = [
  published({ key: 'unknown', kind: 'other' }, { labels: { session: 'label-unknown' } }),
  published(
    { key: 'small', kind: 'dm', tokens: 9, lastActivityMs: NOW - 2 * MINUTE },
    { labels: { session: 'label-small' } },
  ),
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
  it('shows agents, of an unreadable one no count, then sessions with the worst last', () => {
    expect(table(SNAPSHOT)).toBe(
      [
        'AGENT   LAYOUT  SESSIONS  ARCHIVED  PROBLEMS',
        'main    file           4         2',
        'second  file           1         0',
        'third   file           -         -  index_empty',
        '',
        'SESSION, the worst last',
        '     TOKENS   WINDOW  SHARE    BYTES  LAST ACTIVE  KIND',
        'label-unknown in agent main',
        '          -        -      -        -            -  other',
        'label-elsewhere in agent second',
        '         10        -      -        -            -  main',
        'label-small in agent main',
        '          9        -      -        -    2 min ago  dm',
        'label-bad in agent main',
        '     60,000        -      -        -            -  group',
        '    corrupted (id_mismatch), corrupted (truncated), tokens (warning)',
        'label-full in agent main',
        '    250,000  200,000  125 %  500,001            -  main',
        '    tokens (critical), large transcript',
        '',
        'Whether sessions of the other agents are duplicates of some in third, or share',
        '  a transcript with them, is not known.',
        '',
      ].join('\n'),
    );
  });

  it('has the colour of its severity on what is noteworthy, and on nothing else', () => {
    const text = table(SNAPSHOT, { paint: (severity, line) => (severity === null ? line : `<${severity}>${line}`) });
    expect(text.match(/<.*/g)).toEqual([
      '<critical>index_empty',
      '<warning>corrupted (id_mismatch), corrupted (truncated), tokens (warning)',
      '<critical>tokens (critical), large transcript',
    ]);
  });

  it('has a key only where keys are asked for, below the label that hides it', () => {
    for (const key of ['elsewhere', 'full', 'unknown']) expect(table(SNAPSHOT)).not.toContain(` ${key}`);
    const lines = table(SNAPSHOT, { 'show-keys': true }).split('\n');
    expect(lines.filter((line) => line.startsWith('    key '))).toEqual(
      ['unknown', 'elsewhere', 'small', 'bad', 'full'].map((key) => `    key ${key}`),
    );
    const plain = aSnapshot({ agents: [anAgent({ sessions: [published({ key: 'agent:main:main' })] })] });
    expect(table(plain, { 'show-keys': true })).not.toContain('key');
  });

  it('fits 80 columns, whatever agents and keys are called', () => {
    const uuid = '2ca711f0-776a-493d-a102-4dde566f3faf';
    const agent = 'a'.repeat(64);
    const keys = [
      `agent:${agent}:cron:${uuid}:run:${uuid}`,
      'x'.repeat(256),
      'agent:main:telegram:群组群组群组:'.repeat(8),
    ];
    const sessions = keys.map((key) =>
      published({ key, tokens: 123_456_789, window: 200_000_000, transcript: aTranscript(12_345_678_901) }),
    );
    const snapshot = aSnapshot({
      configValid: false,
      configDropped: ['agents.list', 'bindings', 'models.providers', 'session.store', 'channels.telegram.accounts'],
      agents: [
        anAgent({ agent, sessions }),
        anUnreadableAgent({ agent: 'b'.repeat(26), problems: ['database_unreadable', 'schema_unsupported'] }),
        anUnreadableAgent({ agent: 'c'.repeat(64), problems: ['database_unreadable', 'schema_unsupported'] }),
      ],
    });
    const text = table(snapshot, { deep: false, 'show-keys': true });
    expect(text.split('\n').filter((line) => columnsOf(line) > 80)).toEqual([]);
    // Cut before a colon, so that its parts can be read.
    expect(text).toContain(`agent:${agent}:cron\n    :${uuid}:run\n    :${uuid}\n`);
    expect(text).toContain(`\n    in agent ${agent}\n`);
    for (const problem of ['database_unreadable', 'schema_unsupported'])
      expect(text.match(new RegExp(problem, 'g'))).toHaveLength(2);
  });

  it.each([40, 60, 100])('fits %i columns: figures are words where there is no room for columns', (width) => {
    const text = table(SNAPSHOT, { width, deep: false, 'show-keys': true });
    expect(text.split('\n').filter((line) => columnsOf(line) > width)).toEqual([]);
    expect(text.includes('LAST ACTIVE')).toBe(width > 40);
    expect(text.replace(/\n +/g, ' ').includes('main, 250,000 of 200,000 tokens (125 %), 500,001 bytes')).toBe(
      width === 40,
    );
    expect(text).toContain('index_empty');
  });

  it('is as severe as the rules about a session that rests, and says so', () => {
    const hour = 3_600_000;
    const sessions = [
      published({ key: 'resting', tokens: 250_000, lastActivityMs: NOW - 2 * hour }),
      published({ key: 'forgotten', tokens: 250_000, lastActivityMs: NOW - 200 * hour }),
    ];
    const text = table(aSnapshot({ agents: [anAgent({ sessions })] }), {
      paint: (severity, line) => `<${severity}>${line}`,
    });
    expect(text.match(/<.*/g)).toEqual([
      '<null>tokens (critical), no alert, since nobody used it for 7 days',
      '<warning>tokens (critical), no page, since nobody used it for 60 minutes',
    ]);
  });

  it('of very many sessions shows the worst and the fullest, and how many more there are', () => {
    const many = (count: number, name: string, tokens: number) =>
      Array.from({ length: count }, (_, at) => published({ key: `label-${name}-${at}`, tokens: tokens + at }));
    const sessions = [...many(4000, 'well', 1000), ...many(1060, 'bad', 150_001)];
    const agents = Array.from({ length: 44 }, (_, at) => anAgent({ agent: `agent-${at}` }));
    const snapshot = aSnapshot({ agents: [anAgent({ sessions }), ...agents, anUnreadableAgent({ agent: 'ill' })] });
    const text = table(snapshot);
    expect(text).toContain('\n... and 1,010 more that need a look, none of them worse: --all\n');
    expect(text).toContain('\n... and 3,990 more healthy sessions: --all\n');
    expect(text).toContain('\n... and 6 more agents: --all\n');
    expect(text).toMatch(/^AGENT.*\nill /);
    expect(shown(text)).toHaveLength(60);
    expect(shown(text)[0]).toBe('label-well-3990 in agent main');
    expect(shown(text).at(-1)).toBe('label-bad-1059 in agent main');
    expect(shown(table(snapshot, { all: true }))).toHaveLength(5060);
    expect(table(snapshot, { all: true })).not.toContain('--all');
    expect(table(snapshot, { 'findings-only': true })).not.toContain('healthy');
  });

  it('names what is in no figure; what may not be entered is in the summary', () => {
    const text = table(
      aSnapshot({
        agents: [anAgent()],
        passedOver: [
          { folder: 'ops', why: 'closed' },
          { folder: 'a\u001bb', why: 'nameless' },
        ],
      }),
    );
    expect(text).toContain('\nagents/a\\u001bb is in no figure: OpenClaw lists no agent');
    expect(text).not.toContain('agents/ops');
  });

  it('says that transcripts were not validated, and what of is not known for that', () => {
    const sessions = [published({ transcript: aTranscript(10) })];
    const file = aSnapshot({ agents: [anAgent({ sessions })] });
    const words = (text: string) => text.replaceAll('\n', ' ');
    expect(words(table(file, { deep: false }))).toMatch(
      /not validated, so nothing is known of header_invalid, id_mismatch, invalid_json, truncated: scan --deep /,
    );
    const sqlite = aSnapshot({ agents: [anAgent({ layout: 'sqlite', sessions })] });
    expect(words(table(sqlite, { deep: false }))).toContain('nothing is known of invalid_json: scan --deep');
    for (const nothing of [table(file), table(aSnapshot({ agents: [anAgent()] }), { deep: false })])
      expect(nothing).not.toContain('not validated');
  });

  it.each([
    [{ agent: 'second' }, ['label-elsewhere in agent second']],
    [{ agent: 'third' }, []],
    [{ agent: 'nobody' }, []],
    [{ kind: 'main' as const }, ['label-elsewhere in agent second', 'label-full in agent main']],
    [{ kind: 'acp' as const }, []],
    [{ 'findings-only': true }, ['label-bad in agent main', 'label-full in agent main']],
    [{ 'findings-only': true, kind: 'group' as const, agent: 'main' }, ['label-bad in agent main']],
  ])('with %j shows the sessions %j', (filter, labels) => {
    const text = table(SNAPSHOT, filter);
    expect(shown(text)).toEqual(labels);
    expect(text.includes('No session to show.')).toBe(labels.length === 0);
  });

  it('with --agent shows that agent only, with its problem', () => {
    const text = table(SNAPSHOT, { agent: 'third' });
    expect(text).toContain('index_empty');
    expect(text).not.toMatch(/^(main|second) /m);
  });

  it('obeys no control character of a label or key, of any length', () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom('\u001b[31m', '\n', '\r', '\u0000', '\u007f', '\u009b', '\t', 'a', '😀') }),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(text, (key) => {
        const sessions = [published({ key }, { labels: { session: `x${key}` } })];
        const text = table(aSnapshot({ agents: [anAgent({ sessions })] }), { 'show-keys': true });
        expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  it.each([
    [
      'missing',
      /^No session is known: \/state is not there\. It was .* because OPENCLAW_PROFILE is work\. Set --openclaw\.state-dir/,
    ],
    ['no_folder', /is no folder\. .*the folder itself/],
    ['denied', /may not be read by this user\. .*as the gateway's user/],
    ['empty', /holds neither agents nor a config\. .*start the gateway once/],
    ['unreadable', /holds no folder agents.*\. .*See the disk/],
    ['link_refused', /is a link that belongs to another user.*the link leads to/],
  ] as const)(
    'names a state directory that is %s, why it was chosen and what to do, and shows nothing of sessions',
    (unreadable, expected) => {
      const text = table(aSnapshot({ unreadable }));
      expect(text.replaceAll('\n', ' ')).toMatch(expected);
      expect(text).not.toContain('AGENT');
    },
  );

  it('names the folder in it that is probably the one that was meant', () => {
    const text = table(aSnapshot({ unreadable: 'empty', stateDirBelow: '.openclaw' }));
    expect(text.replaceAll('\n', ' ')).toContain('Its folder .openclaw looks like a state directory. Set --openclaw.');
  });

  it('says that it is a sample, and that the config cannot be used', () => {
    expect(table(aSnapshot({ sample: true, configValid: false }))).toMatch(/SAMPLE.*openclaw\.json cannot be used/s);
    expect(table(aSnapshot({ configValid: false, configDropped: ['agents'] }))).toMatch(
      /wrong shape.*absent: agents\./,
    );
    expect(table(aSnapshot())).not.toMatch(/SAMPLE|openclaw\.json/);
  });
});
