import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHtml, htmlTable } from '../../../src/publish/page/html.ts';
import { renderStatusFragment } from '../../../src/publish/page/status-fragment.ts';
import { renderStatusPage, type StatusPageInput } from '../../../src/publish/page/status-page.ts';
import {
  anAgent,
  anExporterState,
  anUnreadableAgent,
  aSnapshot,
  aTranscript,
  corrupted,
  published,
} from '../../support/snapshot.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');

type State = StatusPageInput['state'];

function page({
  state = {},
  ...changes
}: Partial<Omit<StatusPageInput, 'state'>> & { state?: Partial<State> } = {}): string {
  return renderStatusPage({
    state: anExporterState(state),
    telemetryPath: '/metrics',
    fragment: '<p>the fragment</p>',
    warnings: [],
    now: NOW,
    ...changes,
  });
}

/** The cells of a table, as a browser would show them. */
function cells(html: string): string[][] {
  return [...html.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/gs)].map(([, cell = '']) => unescapeHtml(cell)),
  );
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
  fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", '/', 'td', 'script', '&lt;', '&amp;', ' ', '=') }),
);

describe('escapeHtml', () => {
  it('leaves nothing that a browser takes for markup, and loses nothing', () => {
    fc.assert(
      fc.property(HTML_TEXT, (text) => {
        const html = escapeHtml(text);
        expect(html).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
        expect(unescapeHtml(html)).toBe(text);
      }),
    );
  });
});

describe('htmlTable', () => {
  it('shows caption, head and cells as they are, whatever they hold', () => {
    fc.assert(
      fc.property(HTML_TEXT, fc.array(fc.tuple(HTML_TEXT, HTML_TEXT)), (caption, rows) => {
        const html = htmlTable(caption, ['a<b', caption], rows);
        expect(cells(html)).toEqual([['a<b', caption], ...rows]);
        expect(html.match(/<tr>/g)).toHaveLength(rows.length + 1);
      }),
    );
  });
});

describe('the fragment', () => {
  it('shows no markup of a label, an account or a key', () => {
    fc.assert(
      fc.property(HTML_TEXT, fc.boolean(), (text, hasSeries) => {
        const session = published(
          { key: text, account: text, agent: 'main' },
          { labels: hasSeries ? { session: text } : null, findings: [corrupted('truncated')] },
        );
        const html = renderStatusFragment(aSnapshot({ agents: [anAgent({ sessions: [session] })] }));
        expect(cells(html).at(-1)?.[1]).toBe(hasSeries ? text : '(no series)');
        expect(
          html.replaceAll(/<\/?(table|caption|thead|tbody|tr|th|td|p)( scope="col"| class="\w+")?>/g, ''),
        ).not.toMatch(/[<>"]/);
      }),
    );
  });

  it('shows what nobody reads, but no folder that may not be entered', () => {
    const html = renderStatusFragment(
      aSnapshot({
        unusedDatabases: [{ agent: 'ops', isKnownAgent: true, place: 'default place', sessions: 28 }],
        passedOver: [
          { folder: 'a&b', why: 'transcripts' },
          { folder: 'lost+found', why: 'closed' },
        ],
      }),
    );
    expect(html).toContain('A database of agent ops with 28 sessions is not used (default place)');
    expect(html).toContain('agents/a&amp;b holds transcripts');
    expect(html).not.toContain('lost+found');
  });

  it('shows agents with their problems, and of an unreadable one no count', () => {
    const agents = [
      anAgent({
        agent: 'well',
        archived: 2,
        sessions: [published(), published({}, { findings: [corrupted('truncated')] })],
      }),
      anUnreadableAgent({ agent: 'ill', problems: ['index_empty', 'permission_denied'] }),
    ];
    expect(cells(renderStatusFragment(aSnapshot({ agents }))).slice(1, 3)).toEqual([
      ['well', 'file', 'yes', '', '2', '2', '1'],
      ['ill', 'file', 'NO', 'index_empty, permission_denied', '', '', ''],
    ]);
  });

  it('shows the sessions to look at and why, and no other', () => {
    const sessions = [
      published({ key: 'quiet', tokens: 1000 }),
      published({ key: 'full', tokens: 200_001, window: 1_000_000, transcript: aTranscript(500_001) }),
      published({ key: 'warned', kind: 'group', tokens: 50_001 }, { findings: [corrupted('id_mismatch')] }),
    ];
    const shown = cells(renderStatusFragment(aSnapshot({ agents: [anAgent({ sessions })] })));
    expect(shown.slice(3)).toEqual([
      ['main', 'full', 'main', '200,001', '1,000,000', '500,001', 'tokens (critical), large transcript'],
      ['main', 'warned', 'group', '50,001', '', '', 'corrupted (id_mismatch), tokens (warning)'],
    ]);
    const healthy = renderStatusFragment(aSnapshot({ agents: [anAgent({ sessions: sessions.slice(0, 1) })] }));
    expect(healthy).toContain('No session is over a threshold or has a finding.');
  });

  it('says how many more there are than it shows', () => {
    const sessions = Array.from({ length: 53 }, (_, at) =>
      published({ key: `k${at}` }, { findings: [corrupted('truncated')] }),
    );
    const html = renderStatusFragment(aSnapshot({ agents: [anAgent({ sessions })] }));
    expect(cells(html)).toHaveLength(2 + 1 + 50);
    expect(html).toContain('3 more are not shown here.');
  });

  it('shows nothing of sessions when the state directory cannot be read, and says what to do', () => {
    const html = renderStatusFragment(aSnapshot({ unreadable: 'missing' }));
    expect(html).toMatch(/class="critical".*\(missing\).*--openclaw\.state-dir/);
    expect(html).not.toContain('<table');
  });

  it('warns of a sample and of a config that cannot be used', () => {
    const html = renderStatusFragment(aSnapshot({ sample: true, configValid: false }));
    expect(html).toContain('SAMPLE');
    expect(html).toContain('openclaw.json cannot be used');
    expect(renderStatusFragment(aSnapshot())).not.toMatch(/SAMPLE|cannot be used/);
    const parts = ['agents', 'bindings.0.match.<b>', ...Array.from({ length: 9 }, (_, at) => `bindings.${at}.agentId`)];
    const partial = renderStatusFragment(aSnapshot({ configValid: false, configDropped: parts }));
    expect(partial).toContain('wrong shape and count as absent: agents, bindings.0.match.&lt;b&gt;, ');
    expect(partial).toContain('bindings.7.agentId and 1 more.');
    expect(partial).not.toContain('cannot be used');
  });
});

describe('the page', () => {
  it('shows how the scans go', () => {
    const quick = { success: true, durationSeconds: 0.01234, lastSuccessMs: NOW - 12_400, intervalSeconds: 60 };
    const deep = { ...quick, success: false, durationSeconds: 2 };
    expect(cells(page({ state: { scans: { quick, deep } } }))).toEqual([
      ['scan', 'last', 'last good', 'took'],
      ['quick', 'ok', '12 s ago', '0.012 s'],
      ['deep', 'FAILED', '12 s ago', '2.000 s'],
    ]);
    expect(cells(page()).slice(1)).toEqual([
      ['quick', 'not yet', 'never', ''],
      ['deep', 'not yet', 'never', ''],
    ]);
  });

  it('holds the fragment as it is, and says that there are no figures where there is none', () => {
    expect(page()).toContain('<p>the fragment</p>');
    expect(page()).not.toContain('There are no figures');
    expect(page({ fragment: null })).toMatch(/class="critical">There are no figures/);
  });

  it('shows warnings, a blocked scanner and failed checks, and no note where there is nothing to say', () => {
    const checks = [
      { check: 'truncated', success: false, durationSeconds: 0, error: 'it threw' },
      { check: 'invalid_json', success: false, durationSeconds: 0, error: 'it threw' },
      { check: 'entry_invalid', success: true, durationSeconds: 0, error: null },
    ];
    const html = page({ warnings: ['The salt <was> not kept.'], state: { stuck: true, checks } });
    const notes = [...html.matchAll(/<p class="warning">(.*?)<\/p>/g)].map(([, note = '']) => unescapeHtml(note));
    expect(notes).toEqual([
      'The salt <was> not kept.',
      expect.stringContaining('blocked'),
      'Checks that failed: truncated, invalid_json.',
    ]);
    expect(page()).not.toContain('<p class="warning">');
  });

  it('links to the metrics wherever they are', () => {
    expect(page({ telemetryPath: '/a"><script>' })).toContain('href="/a&quot;&gt;&lt;script&gt;"');
    expect(page()).toContain('<a href="/metrics">Metrics</a>');
  });

  it('loads nothing and runs nothing', () => {
    expect(page()).not.toMatch(/<script|<link|<img|\bsrc=|\bon\w+=|url\(/);
  });
});
