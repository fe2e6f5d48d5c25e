import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FINDINGS } from '../../../src/model/finding.ts';
import { printable } from '../../../src/printable.ts';
import { runbooksOnline } from '../../../src/publish/page/runbook.ts';
import { renderStatusFragment } from '../../../src/publish/page/status-fragment.ts';
import { renderStatusPage, type StatusPageInput } from '../../../src/publish/page/status-page.ts';
import { ALERT_OF_FINDING } from '../../../src/publish/remarks.ts';
import { verdicts } from '../../../src/publish/verdicts.ts';
import {
  anAgent,
  anExporterState,
  anUnreadableAgent,
  aSnapshot,
  aTranscript,
  corrupted,
  NOT_YET,
  published,
} from '../../support/snapshot.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const RUNBOOKS = 'https://git.example.org/runbooks';
const WELL = { success: true, durationSeconds: 0.01234, lastSuccessMs: NOW - 12_400, intervalSeconds: 60 };

type State = StatusPageInput['state'];

function page({
  state = {},
  ...changes
}: Partial<Omit<StatusPageInput, 'state'>> & { state?: Partial<State> } = {}): string {
  return renderStatusPage({
    state: anExporterState({ scans: { quick: WELL, deep: WELL }, ...state }),
    telemetryPath: '/metrics',
    runbooks: null,
    fragment: { severity: null, headline: 'All is well.', below: '', html: '<p>the fragment</p>', couldLook: true },
    refused: null,
    warnings: [],
    stateDir: '/state',
    whyStateDir: 'it is the default place',
    settings: [{ name: '--scan.schedule', value: '* * * * *', from: 'default', next: null }],
    now: NOW,
    ...changes,
  });
}

function fragment(changes: Parameters<typeof aSnapshot>[0] = {}, runbookUrl: string | null = null) {
  const snapshot = aSnapshot(changes);
  return renderStatusFragment(snapshot, {
    raised: verdicts(snapshot, { nowMs: NOW, checks: [] }),
    runbookUrl,
    labelOf: (key) => `label of ${key}`,
    nowMs: NOW,
  });
}

/** What a reader sees of HTML, a line for each cell, item and paragraph. */
function lines(html: string): string[] {
  return html
    .replaceAll(/<\/(?:li|p|td|th|h2|small|code)>|<div>/g, '\n')
    .replaceAll(/<[^>]*>/g, '')
    .split('\n')
    .map((line) => unescapeHtml(line).trim())
    .filter((line) => line !== '');
}

function headlineOf(html: string): string[] {
  const [, severity = '', text = ''] = /<p class="headline (\w+)" role="status">(.*?)<\/p>/.exec(html) ?? [];
  return [severity, unescapeHtml(text)];
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

const HTML_TEXT = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\u202e', '\u2066', '\u200b', '\u0007', '\u001b', '\n', '\t', 'a', '-') }),
  fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", '/', 'td', 'script', '&lt;', '&amp;', ' ', '=') }),
);

describe('the fragment', () => {
  it('shows what a store says as text, whatever it is', () => {
    fc.assert(
      fc.property(HTML_TEXT, (text) => {
        const session = published(
          { key: text, account: text, agent: 'main' },
          { labels: { session: text, channel: text, model: text }, findings: [corrupted('truncated')] },
        );
        const agents = [anAgent({ agent: text, version: text, sessions: [session] })];
        const { html } = fragment({ agents, passedOver: [{ folder: text, why: 'transcripts' }] });
        const [, shown = ''] = /<code>(?!openclaw)(.*?)<\/code>/s.exec(html.split('class="sessions"')[1] ?? '') ?? [];
        expect(unescapeHtml(shown)).toBe(printable(text));
        expect(html).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
        const tags = html.replaceAll(
          /<\/?(?:section|h2|ul|li|div|code|small|span|b|p|table|caption|thead|tbody|tr|th|td)(?: (?:class|scope|data-of|title)="[^"<>]*")*>/g,
          '',
        );
        expect(tags).not.toMatch(/[<>"]/);
      }),
    );
  });

  it('says that all is well, and of how much', () => {
    const sessions = [published(), published({ key: 'other' })];
    const { severity, headline, html } = fragment({ agents: [anAgent({ sessions })] });
    expect(severity).toBe(null);
    expect(headline).toBe('All is well: 2 sessions of 1 agent, and nothing that would raise a warning or a page.');
    expect(html).toContain('No session is over a threshold or has a finding.');
    expect(html).not.toContain('What to do');
  });

  it('does not say that all is well of a folder into which it could not look', () => {
    const { headline } = fragment({
      agents: [anAgent({ sessions: [published()] })],
      passedOver: [
        { folder: 'ops', why: 'closed' },
        { folder: 'lost+found', why: 'closed' },
      ],
    });
    expect(headline).toMatch(
      /^All is well: 1 session .* Not looked into, since this user may not enter: agents\/ops\.$/,
    );
  });

  it('says what is wrong by the list of the alert rules, the most severe first, each with its runbook', () => {
    const sessions = [
      published({ key: 'full', tokens: 200_001, window: 200_000, lastActivityMs: NOW }),
      published({ key: 'warned', kind: 'group', tokens: 50_001, lastActivityMs: NOW }),
    ];
    const found = fragment({ agents: [anAgent({ sessions })] }, `${RUNBOOKS}/`);
    expect(found).toMatchObject({
      severity: 'critical',
      headline: 'Needs you now: agent main: 1 session with a full context, and 2 more.',
    });
    expect(found.html).toContain(
      `<li class="critical"><b>now</b> <span>Agent main: 1 session with a full context.</span> <a href="${RUNBOOKS}/OpenClawSessionContextFull.md" rel="noreferrer">OpenClawSessionContextFull</a><small>Keep what matters in a memory file, then send /compact in that conversation, or /new.</small></li>`,
    );
    const withoutUrl = fragment({ agents: [anAgent({ sessions })] }).html;
    expect(withoutUrl).toContain('title="docs/runbooks/OpenClawSessionContextFull.md"');
    expect(withoutUrl).toContain('Send /compact in that conversation before its context is full.');
    expect(withoutUrl).not.toContain('<a ');
  });

  it('shows sessions against their limits, the worst first, then the fullest, with why', () => {
    const lastActivityMs = Date.parse('2026-11-24T11:30:00Z');
    const sessions = [
      published({ key: 'quiet', tokens: 1000, window: 200_000 }),
      published({ key: 'fuller', tokens: 150_000, window: 200_000 }),
      published({ key: 'unknown' }),
      published({
        key: 'full',
        tokens: 250_001,
        window: 1_000_000,
        transcript: aTranscript(512_300),
        lastActivityMs,
        channel: 'telegram',
      }),
      published({ key: 'bad', kind: 'group', tokens: 10 }, { findings: [corrupted('id_mismatch')] }),
    ];
    const { html } = fragment({ agents: [anAgent({ sessions })] });
    const list = lines(html.slice(html.indexOf('<h2>Sessions'), html.indexOf('<h2>Stores')));
    expect(list.slice(2)).toEqual([
      'full',
      'main · main',
      '250,001 of 1,000,000 tokens (25 %)512 KB · last active 2026-11-24 12:30',
      'tokens (critical), large transcript · Alerts: OpenClawSessionTokensCritical',
      'OpenClawSessionTokensHigh',
      expect.stringMatching(/^OpenClawTranscriptsLargeKeep .*\/new\. Keep what matters, then send \/new .*\.$/),
      'bad',
      'main · group',
      '10 of 150,000 tokens (0 %)',
      expect.stringMatching(
        /^corrupted \(id_mismatch\) · Alerts: OpenClawSessionsCorrupted[A-Z].*\. Stop the gateway .*\.$/,
      ),
      'fuller',
      'main · main',
      '150,000 of 200,000 tokens (75 %)',
      'quiet',
      'main · main',
      '1,000 of 200,000 tokens (0 %)',
      'unknown',
      'main · main',
      'tokens are not known',
    ]);
    expect(html).toContain(
      '<meter min="0" max="1000000" low="150000" high="200000" optimum="0" value="250001" aria-label="250,001 of 1,000,000 tokens"></meter>',
    );
  });

  it.each<[string, number, Parameters<typeof published>[0], Parameters<typeof published>[1], string, string]>([
    ['a page', 60, { tokens: 250_000 }, {}, 'critical', 'tokens (critical)'],
    [
      'no page',
      61,
      { tokens: 250_000 },
      {},
      'warning',
      'tokens (critical), no page, since nobody used it for 60 minutes',
    ],
    [
      'no alert',
      7 * 1440 + 1,
      { tokens: 250_000 },
      {},
      'quiet',
      'tokens (critical), no alert, since nobody used it for 7 days',
    ],
    ['an alert', 30 * 1440, {}, { findings: [corrupted('id_mismatch')] }, 'warning', 'corrupted (id_mismatch) '],
    [
      'none',
      30 * 1440 + 1,
      {},
      { findings: [corrupted('id_mismatch')] },
      'quiet',
      'corrupted (id_mismatch), no alert, since nobody used it for 30 days',
    ],
  ])(
    'is as severe as the rules about a session that rests: %s after %i minutes',
    (_what, minutes, session, more, severity, why) => {
      const sessions = [
        published({ key: 'resting', lastActivityMs: NOW - minutes * 60_000, ...session }, more),
        published({ key: 'warned', tokens: 150_001, lastActivityMs: NOW }),
      ];
      const { html, severity: ofAll } = fragment({ agents: [anAgent({ sessions })] });
      const [, shown = '', resting = ''] =
        /<li class="(\w+)">((?:(?!<li).)*?>resting<.*?)<\/li>/s.exec(html.split('class="sessions"')[1] ?? '') ?? [];
      expect({ shown, ofAll }).toEqual({ shown: severity, ofAll: severity === 'critical' ? 'critical' : 'warning' });
      expect(resting).toContain(`<p>${why}`);
      // What nobody uses comes behind what raises an alert.
      if (severity === 'quiet') expect(html.indexOf('>warned<')).toBeLessThan(html.indexOf('>resting<'));
    },
  );

  it('says in words what findings mean, without a key', () => {
    const key = 'agent:main:telegram:direct:5550000001';
    const finding = { finding: 'duplicate', reason: 'cross_agent' } as const;
    const session = published(
      { key },
      {
        labels: { session: 'agent:main:telegram:direct:digest' },
        findings: [{ ...corrupted('id_mismatch'), ...finding }],
      },
    );
    const { html } = fragment({ agents: [anAgent({ sessions: [session] })] });
    expect(html).toContain('Both agents hold a part of the history.');
    expect(html).not.toContain(key);
  });

  it('shows forty of many agents, those with problems first, and ten lines of a kind', () => {
    const agents = [
      ...Array.from({ length: 50 }, (_, at) => anAgent({ agent: `well-${at}`, ignored: { duplicate: 1 } })),
      anUnreadableAgent({ agent: 'ill', problems: ['index_empty'] }),
    ];
    const { html } = fragment({ agents });
    const rows = lines(html.slice(html.indexOf('<tbody>')).split('<h2>')[0] ?? '');
    expect(rows[0]).toBe('ill');
    expect(html.match(/<b>well-/g)).toHaveLength(39);
    expect(rows).toContain('And 11 more agents: see the metrics, or scan');
    expect(rows.filter((row) => row.startsWith('Findings of agent'))).toHaveLength(10);
    expect(rows.at(-1)).toBe('And 40 more of this kind.');
  });

  it.each([
    ['full', 128_000, 'low="100000" high="127999"'],
    ['nearly', 120_000, 'low="100000" high="127999"'],
  ])('paints a context that is %s by its window, where that is below the thresholds', (key, tokens, expected) => {
    const session = published({ key, tokens, window: 128_000, effectiveWindow: 100_000 });
    expect(fragment({ agents: [anAgent({ sessions: [session] })] }).html).toContain(`max="128000" ${expected}`);
  });

  it('shows fifty sessions of 5,000, and says how many more there are', () => {
    const sessions = Array.from({ length: 5000 }, (_, at) => published({ key: `k${at}`, tokens: at }));
    const { html } = fragment({ agents: [anAgent({ sessions })] });
    expect(html.match(/<meter/g)).toHaveLength(50);
    expect(html).toContain('<details><summary>And 30 more</summary>');
    expect(html).toContain('And 4,950 more, none of them worse: see');
    expect(html.length).toBeLessThan(40_000);
  });

  it('shows stores with their problems in words, and of an unreadable one no figure', () => {
    const agents = [
      anAgent({ agent: 'well', archived: 2, sessions: [published()], ignored: { duplicate: 2 } }),
      anUnreadableAgent({ agent: 'ill', problems: ['index_empty'] }),
    ];
    const { html } = fragment({ agents });
    const rows = lines(html.slice(html.indexOf('<tbody>')).split('<h2>')[0] ?? '');
    expect(rows).toEqual([
      ...['well', 'files', '2026.7.35', '1', '2', 'none'],
      ...['ill', 'files', '2026.7.35', 'could not look', 'Its index is empty (index_empty). The index has 0 bytes.'],
      'Whether sessions of the other agents are duplicates of some in ill, or share a transcript with them, is not known.',
      'Findings of agent well that the config file says to ignore: 2 duplicate.',
    ]);
  });

  it('shows what nobody reads and what may not be entered, but no lost+found', () => {
    const { html } = fragment({
      unusedDatabases: [{ agent: 'ops', isKnownAgent: true, place: 'default place', sessions: 28 }],
      passedOver: [
        { folder: 'a&b', why: 'transcripts' },
        { folder: 'lost+found', why: 'closed' },
        { folder: 'ops', why: 'closed' },
      ],
    });
    expect(html).toContain('A database of agent ops with 28 sessions is not used (default place)');
    expect(html).toContain('agents/a&amp;b holds transcripts');
    expect(html).toContain('agents/ops was not looked into');
    expect(html).not.toContain('lost+found');
  });

  const ADVISED: readonly [string, Parameters<typeof published>[0], Parameters<typeof published>[1]][] = [
    ['OpenClawSessionContextFull', { tokens: 100_000, window: 100_000, effectiveWindow: 90_000 }, {}],
    ['OpenClawSessionTokensCritical', { tokens: 200_001 }, {}],
    ['OpenClawSessionTokensHigh', { tokens: 150_001 }, {}],
    ['OpenClawCompactionOverdue', { tokens: 90_001, window: 100_000, effectiveWindow: 90_000 }, {}],
    ['OpenClawTranscriptsLarge', { transcript: aTranscript(500_001) }, {}],
    ...FINDINGS.map((finding): (typeof ADVISED)[number] => [
      ALERT_OF_FINDING[finding],
      {},
      { findings: [{ finding, reason: finding === 'corrupted' ? 'truncated' : null, expectedAgent: null }] },
    ]),
  ];

  it.each(ADVISED)('has a link and advice for whatever a session is listed for: %s', (alert, session, more) => {
    const { html } = fragment({ agents: [anAgent({ sessions: [published(session, more)] })] }, RUNBOOKS);
    const [, item = ''] = /<ul class="sessions">(.*?)<\/ul>/s.exec(html) ?? [];
    expect(item).toContain(`<a href="${RUNBOOKS}/${alert}.md" rel="noreferrer">${alert}</a>`);
    expect(item).toMatch(/<small>[A-Z][^<]{20,}\.<\/small><\/p>/);
  });

  const HOUR = 3_600_000;
  const FULL = { tokens: 152_000, window: 128_000, effectiveWindow: 108_000 };
  const OFF = { settings: { ...anAgent().settings, compactionMode: 'off' as const } };
  it.each<[string, Parameters<typeof anAgent>[0], Parameters<typeof published>[0], string]>([
    ['in use', {}, FULL, 'tokens (critical) · Alerts: ContextFull CompactionOverdue TokensHigh'],
    [
      'idle for an hour',
      {},
      { ...FULL, lastActivityMs: NOW - 2 * HOUR },
      'tokens (critical), no page, since nobody used it for 60 minutes · Alerts: CompactionOverdue TokensHigh · Runbook of ContextFull',
    ],
    [
      'idle for a week',
      {},
      { tokens: 200_001, lastActivityMs: NOW - 169 * HOUR },
      'tokens (critical), no alert, since nobody used it for 7 days · Alerts: none · Runbook of TokensCritical',
    ],
    [
      'that is not compacted, below the share of its window',
      OFF,
      { tokens: 90_000, window: 100_000, effectiveWindow: 80_000 },
      'compaction overdue · Alerts: none · Runbook of CompactionOverdue',
    ],
    [
      'that is not compacted, above it',
      OFF,
      { tokens: 90_001, window: 100_000, effectiveWindow: 95_000 },
      'Alerts: CompactionOverdue',
    ],
  ])('names the alerts that the rules raise for a session %s, and no other', (_, agent, session, expected) => {
    const { html } = fragment({ agents: [anAgent({ ...agent, sessions: [published(session)] })] }, RUNBOOKS);
    const [, item = ''] = /<ul class="sessions">(.*?)<\/ul>/s.exec(html) ?? [];
    const named = item
      .replaceAll(/<a href="[^"]*OpenClaw(?:Session)?(\w+)\.md" rel="noreferrer">Runbook<\/a>/g, 'Runbook of $1')
      .replaceAll(/OpenClaw(?:Session)?(?=\w+<)/g, '');
    const [, shown = ''] = /<p>(.*?)<small>/s.exec(named) ?? [];
    expect(lines(shown.replaceAll(/\s+/g, ' '))).toEqual([expected]);
  });

  it('says below the first line how many sessions have no series, and behind the rest what else is good to know', () => {
    const settings = { ...anAgent().settings, contextLimit: 100_000, compactionReserve: 25_000 };
    const well = fragment({ agents: [anAgent({ settings })] });
    expect(well).toMatchObject({ below: '', html: expect.not.stringContaining('Good to know') });
    const unlisted = published({}, { labels: null });
    const one = fragment({ agents: [anAgent({ sessions: [unlisted, published()] })] }, RUNBOOKS);
    expect(lines(one.below)).toEqual([
      'Agent main: 1 session without series: no alert can name it, see --session.limit. OpenClawSessionsWithoutSeries',
    ]);
    expect(one.severity).toBe(null);
    expect(one.html.slice(one.html.indexOf('<h2>Stores'))).toContain('<h2>Good to know</h2>');
    expect(one.html).toContain(`href="${RUNBOOKS}/OpenClawPreventionMissing.md"`);
    expect(one.html).not.toContain('OpenClawSessionsWithoutSeries');
    // By this name --explain finds it.
    expect(one.html).toContain('<code>label of agent:main:main</code>');
    const agents = ['a', 'b', 'c', 'd'].map((agent) => anAgent({ agent, sessions: [unlisted] }));
    expect(lines(fragment({ agents }).below)).toContain('And of 1 more agent the same: see scan');
  });

  it('shows nothing of sessions when the state directory cannot be read, and says what to do', () => {
    const { severity, headline, html, couldLook } = fragment({ unreadable: 'missing' });
    expect({ severity, headline, couldLook }).toEqual({
      couldLook: false,
      severity: 'critical',
      headline: 'No session is known: the OpenClaw state directory is not there.',
    });
    expect(html).toContain('--openclaw.state-dir');
    expect(html).not.toMatch(/<table|<ul/);
  });

  it('warns of a sample and of a config that cannot be used', () => {
    const { html } = fragment({ sample: true, configValid: false });
    expect(html).toContain('SAMPLE');
    expect(html).toContain('openclaw.json cannot be used');
    const parts = ['agents', 'bindings.0.match.<b>', ...Array.from({ length: 9 }, (_, at) => `bindings.${at}.agentId`)];
    const partial = fragment({ configValid: false, configDropped: parts }).html;
    expect(partial).toContain('wrong shape and count as absent: agents, bindings.0.match.&lt;b&gt;, ');
    expect(partial).toContain('bindings.7.agentId and 1 more.');
  });
});

describe('the first line of the page', () => {
  const failed = { ...WELL, success: false };
  const ill = { severity: 'critical', headline: 'Needs you now: x.', below: '', html: '', couldLook: true } as const;
  it.each<[string, Parameters<typeof page>[0], string[]]>([
    ['is that of the figures', {}, ['good', 'All is well.']],
    [
      'is that of worse figures, whatever else is wrong',
      { fragment: ill, state: { scans: { quick: WELL, deep: failed } } },
      ['critical', 'Needs you now: x.'],
    ],
    [
      'says that the last scan failed',
      { fragment: ill, state: { scans: { quick: failed, deep: WELL } } },
      ['critical', expect.stringContaining('The last scan failed: the figures below')],
    ],
    [
      'says that there are none, since the scans fail',
      { fragment: null, state: { scans: { quick: failed, deep: WELL } } },
      ['critical', expect.stringContaining('there are no figures')],
    ],
    [
      'says that there are none yet',
      { fragment: null, state: { scans: { quick: NOT_YET, deep: NOT_YET } } },
      ['warning', expect.stringContaining('no figures yet')],
    ],
    ['says that they are too old', { fragment: null }, ['critical', expect.stringContaining('too old')]],
    ['says that the scanner is blocked', { state: { stuck: true } }, ['critical', expect.stringContaining('blocked')]],
    [
      'names checks that failed',
      { state: { checks: [{ check: 'truncated', success: false, durationSeconds: 0, error: 'it threw' }] } },
      ['warning', 'Checks that failed: truncated.'],
    ],
    [
      'says that a reload was refused',
      { state: { reload: { success: false, lastSuccessMs: NOW } } },
      ['warning', expect.stringContaining('could not be loaded again')],
    ],
  ])('%s', (_what, input, expected) => {
    expect(headlineOf(page(input))).toEqual(expected);
  });
});

describe('the page', () => {
  it('shows how the scans go, what was looked at and why, what the operator should know, and the settings', () => {
    const deep = { ...WELL, success: false, durationSeconds: 2 };
    const shown = lines(page({ state: { scans: { quick: WELL, deep } }, warnings: ['The salt <was> not kept.'] }));
    expect(shown.slice(shown.indexOf('Took') + 1)).toEqual([
      ...['quick', 'ok', 'now', '0.012 s'],
      ...['deep', 'FAILED', 'now', '2.000 s'],
      'This exporter',
      'The salt <was> not kept.',
      'It looks at /state',
      expect.stringMatching(
        /^, because it is the default place\. Version 1\.2\.3\. Times are those of Europe\/Berlin\./,
      ),
      'Settings in force',
      'Settings in forceSetting',
      'Value',
      'From',
      '--scan.schedule',
      '* * * * *',
      'default',
    ]);
  });

  it('does not call a scan ok that had nothing to read', () => {
    const fragment = { severity: 'critical', headline: 'x', below: '', html: '', couldLook: false } as const;
    const shown = lines(page({ fragment }));
    expect(shown.slice(shown.indexOf('quick') + 1)[0]).toBe('nothing to read');
    expect(shown).not.toContain('ok');
  });

  it('says right below the first line what waits for a restart, and what could not be loaded', () => {
    const settings = [
      { name: '--log.level', value: 'info', from: 'default', next: 'debug' },
      { name: '--web.max-requests', value: '40', from: 'default', next: null },
    ];
    const shown = lines(page({ settings, refused: 'The web config <x> cannot be used.' }));
    const rest = shown.slice(shown.indexOf('All is well.') + 1);
    expect(rest.slice(0, 2)).toEqual([
      'The web config <x> cannot be used.',
      '--log.level was changed, and takes effect at the next start of the exporter only.',
    ]);
    expect(rest).toContain('(at the next start: debug');
    const both = settings.map((setting) => ({ ...setting, next: 'x' }));
    expect(lines(page({ settings: both }))).toContain(
      '--log.level, --web.max-requests were changed, and take effect at the next start of the exporter only.',
    );
  });

  it('says where the runbooks are, with an address and without', () => {
    expect(page()).toContain('<code>docs/runbooks</code> in the package. With <code>--runbook-url</code>');
    expect(page({ runbooks: RUNBOOKS })).toContain(`<a href="${RUNBOOKS}" rel="noreferrer">Runbooks</a>`);
  });

  it.each([
    [null, null],
    [
      'git+https://github.com/some-one/the.exporter.git',
      'https://github.com/some-one/the.exporter/blob/v1.2.3/docs/runbooks',
    ],
    ['https://github.com/a/b', 'https://github.com/a/b/blob/v1.2.3/docs/runbooks'],
    ['https://git.example.org/a/b.git', null],
    ['https://github.com/a/b"><x', null],
  ])('finds the runbooks of the repository %s', (repository, expected) => {
    expect(runbooksOnline(repository, '1.2.3')).toBe(expected);
  });

  it('links to the metrics wherever they are', () => {
    expect(page({ telemetryPath: '/a"><script>' })).toContain('href="/a&quot;&gt;&lt;script&gt;"');
    expect(page()).toContain('<a href="/metrics">Metrics</a>');
  });

  it('loads nothing and runs nothing', () => {
    expect(page()).not.toMatch(/<script|<link|<img|\bsrc=|\bon\w+=|url\(|\bstyle=/);
  });
});
