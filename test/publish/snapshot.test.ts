import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/checks/all.ts';
import type { StoredSession } from '../../src/model/session.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { configView } from '../../src/openclaw/config/view.ts';
import { type LabelContext, labelContext, SessionLabels } from '../../src/openclaw/labels.ts';
import type { Terms } from '../../src/publish/known-sessions.ts';
import { AGENT_FAMILIES } from '../../src/publish/metrics/agents.ts';
import { SNAPSHOT_FAMILIES } from '../../src/publish/metrics/families.ts';
import { renderFamilies } from '../../src/publish/metrics/render.ts';
import { type SnapshotInput, Snapshots } from '../../src/publish/snapshot.ts';
import { applyPolicy, NO_POLICY, type Policy } from '../../src/settings/policy.ts';
import { parseExposition, seriesOf } from '../support/exposition.ts';
import { inOneGo } from '../support/in-one-go.ts';
import { SALT } from '../support/scan.ts';
import { aDiscovery, allSessions, aReading, aStoredSession, aTranscript } from '../support/snapshot.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');

/** A snapshot of one agent with these sessions, keys shown as they are. */
function take(sessions: readonly StoredSession[], changes: Partial<Changes> = {}) {
  return inOneGo(new Snapshots().take(inputOf(sessions, changes)));
}

interface Changes extends Omit<SnapshotInput, 'terms'> {
  readonly labels: LabelContext;
  readonly policy: Policy;
}

function inputOf(
  sessions: readonly StoredSession[],
  { labels = labelContext(null, ['main'], []), policy = NO_POLICY, ...changes }: Partial<Changes> = {},
): SnapshotInput {
  const { discovery = aDiscovery() } = changes;
  const { config, registryVersion } = discovery;
  const sessionLabels = new SessionLabels(labels);
  const terms: Terms = {
    config,
    registryVersion,
    labels,
    sessionLabels,
    policy: applyPolicy(policy, (key) => sessionLabels.of(key)),
  };
  return {
    files: new Map(),
    discovery,
    readings: [aReading({ sessions })],
    terms,
    sessionLimit: 1000,
    disabledChecks: [],
    deepScanned: false,
    now: NOW,
    ...changes,
  };
}

/** A session of which nothing is wrong, last used so many minutes ago. */
function used(name: string, minutesAgo: number | null, changes: Partial<StoredSession> = {}): StoredSession {
  const lastActivityMs = minutesAgo === null ? null : NOW - minutesAgo * 60_000;
  return aStoredSession({ key: `agent:main:${name}`, lastActivityMs, ...changes });
}

function keysWithSeries(snapshot: Snapshot): string[] {
  return allSessions(snapshot)
    .filter(({ labels }) => labels !== null)
    .map(({ session }) => session.key);
}

async function corruptedReasons(snapshot: Snapshot): Promise<string[]> {
  const families = parseExposition(await renderFamilies(AGENT_FAMILIES, snapshot));
  return (families.get('openclaw_store_corrupted_sessions')?.samples ?? []).map(({ labels }) => labels.reason ?? '');
}

it('stops after 2,000 sessions of an agent, after each check and after each agent: a heartbeat comes between', () => {
  const sessions = Array.from({ length: 5000 }, (_, at) => used(`direct:${at}`, 1));
  const readings = ['main', 'ops', 'desk'].map((agent) => aReading({ agent, sessions }));
  const stops = [...new Snapshots().take(inputOf([], { readings }))].length;
  expect(stops).toBe(3 * 2 + CHECKS.length + 3);
});

describe('the session limit', () => {
  const quiet = [used('old', 600), used('never', null), used('new', 1), used('middle', 60)];
  const noteworthy = [
    used('full', 9000, { totalTokens: 120_000, totalTokensFresh: true, contextTokens: 120_000 }),
    used('critical', 8000, { totalTokens: 200_001, totalTokensFresh: true }),
    used('corrupted', 6000, { flaws: ['entry_not_object'] }),
    used('warning', 5000, { totalTokens: 150_001, totalTokensFresh: true, transcript: aTranscript(1) }),
    used('large', 4000, { transcript: aTranscript(500_001) }),
  ];
  const sessions = [...quiet, ...noteworthy];

  it.each([
    [0, []],
    [1, ['critical']],
    [2, ['critical', 'full']],
    [3, ['critical', 'full', 'corrupted']],
    [4, ['critical', 'full', 'corrupted', 'large']],
    [5, ['critical', 'full', 'corrupted', 'large', 'warning']],
    [6, ['critical', 'full', 'corrupted', 'large', 'warning', 'new']],
    [7, ['critical', 'full', 'corrupted', 'large', 'warning', 'new', 'middle']],
    [8, ['critical', 'full', 'corrupted', 'large', 'warning', 'new', 'middle', 'old']],
    [9, ['critical', 'full', 'corrupted', 'large', 'warning', 'new', 'middle', 'old', 'never']],
  ])(
    'of %i lists critical sessions first, then findings, then warnings, then the last active ones',
    (sessionLimit, names) => {
      const { snapshot } = take(sessions, { sessionLimit });
      expect(keysWithSeries(snapshot).toSorted()).toEqual(names.map((name) => `agent:main:${name}`).toSorted());
    },
  );

  it('counts over all agents, and takes no session from any count', async () => {
    const { snapshot } = take([], {
      sessionLimit: 2,
      readings: ['a', 'b'].map((agent) =>
        aReading({
          agent,
          sessions: [
            used('x', agent === 'a' ? 1 : 2, { agent, key: `agent:${agent}:x` }),
            used('y', 3, { agent, key: `agent:${agent}:y`, flaws: ['entry_not_object'] }),
          ],
        }),
      ),
    });
    const families = parseExposition(await renderFamilies(SNAPSHOT_FAMILIES, snapshot));
    expect(seriesOf(families, 'openclaw_store_sessions_without_series')).toEqual({ 'agent="a"': 1, 'agent="b"': 1 });
    expect(families.get('openclaw_store_session_info')?.samples.map(({ labels }) => labels.session)).toEqual([
      'agent:a:y',
      'agent:b:y',
    ]);
    expect(seriesOf(families, 'openclaw_store_sessions')).toEqual({
      'agent="a",kind="other"': 2,
      'agent="b",kind="other"': 2,
    });
    expect(seriesOf(families, 'openclaw_store_corrupted_sessions')['agent="a",reason="entry_invalid"']).toBe(1);
  });
});

describe.each([
  { privacy: 'plain', salt: null },
  { privacy: 'hashed', salt: SALT },
])('two keys that become one label, $privacy', ({ salt }) => {
  const [first, second] = ['\ud800', '\udfff'].map((half) => `agent:main:${half}`);

  it('gives series to the one that was active later, counts the other, and stays valid', async () => {
    const sessions = [
      used('', 60, { key: first ?? '' }),
      used('', 1, { key: second ?? '', flaws: ['entry_not_object'] }),
    ];
    const { snapshot } = take(sessions, { labels: labelContext(salt, ['main'], []) });
    expect(keysWithSeries(snapshot)).toEqual([second]);
    const text = await renderFamilies(SNAPSHOT_FAMILIES, snapshot);
    expect(text.isWellFormed()).toBe(true);
    const families = parseExposition(text);
    expect(seriesOf(families, 'openclaw_store_sessions_without_series')).toEqual({ 'agent="main"': 1 });
    expect(seriesOf(families, 'openclaw_store_sessions')).toEqual({ 'agent="main",kind="other"': 2 });
    expect(families.get('openclaw_store_session_info')?.samples).toHaveLength(1);
  });

  it('lists the first of equally active ones', () => {
    const sessions = [used('', 1, { key: first ?? '' }), used('', 1, { key: second ?? '' })];
    expect(keysWithSeries(take(sessions, { labels: labelContext(salt, ['main'], []) }).snapshot)).toEqual([first]);
  });
});

describe('a zero means that somebody looked', () => {
  const corruptions = CHECKS.filter(({ finding }) => finding === 'corrupted');
  const quick = corruptions.filter(({ eras }) => eras.file === 'quick').flatMap(({ reasons }) => reasons);
  const deep = corruptions.filter(({ eras }) => eras.file === 'deep').flatMap(({ reasons }) => reasons);

  it('so there is none for what only a deep scan finds, before the first one', async () => {
    expect(deep).not.toEqual([]);
    expect(await corruptedReasons(take([]).snapshot)).toEqual(quick);
    expect((await corruptedReasons(take([], { deepScanned: true }).snapshot)).toSorted()).toEqual(
      [...quick, ...deep].toSorted(),
    );
  });

  it.each(CHECKS.map(({ name }) => name))('so there is none for %s when that check is off', async (name) => {
    const { snapshot, checks } = take([], { disabledChecks: [name], deepScanned: true });
    expect((await corruptedReasons(snapshot)).toSorted()).toEqual(
      [...quick, ...deep].filter((reason) => reason !== name).toSorted(),
    );
    expect(checks.map(({ check }) => check)).not.toContain(name);
  });

  it('so a check that throws has none, loses what it found before, and leaves the others alone', async () => {
    const throwing = {
      ...aTranscript(10),
      get badRecords(): never {
        throw new Error('a transcript that nobody thought of');
      },
    };
    const { snapshot, checks } = take(
      [
        used('damaged', 1, { transcript: aTranscript(10, { badRecords: 1 }) }),
        used('unthinkable', 2, { transcript: throwing }),
        used('broken', 3, { flaws: ['entry_not_object'] }),
      ],
      { deepScanned: true },
    );
    expect(await corruptedReasons(snapshot)).toEqual(
      corruptions
        .filter(({ name, eras }) => name !== 'invalid_json' && eras.file !== undefined)
        .map(({ name }) => name),
    );
    expect(checks.filter(({ success }) => !success)).toMatchObject([
      { check: 'invalid_json', error: 'a transcript that nobody thought of' },
    ]);
    const findings = allSessions(snapshot).flatMap((session) => session.findings);
    expect(findings.map(({ reason }) => reason)).toEqual(['entry_invalid']);
  });
});

describe('the snapshot', () => {
  it('is the same for the same input, whenever it is taken: it holds no time of its own', () => {
    const sessions = [used('a', 5), used('b', 10)];
    expect(JSON.stringify(take(sessions, { now: NOW + 60_000 }).snapshot)).toBe(
      JSON.stringify(take(sessions).snapshot),
    );
  });

  it('has session, account and channel of a session with series as its privacy has them', () => {
    const session = used('telegram:direct:42', 1, { account: 'bot', key: 'agent:main:telegram:direct:42' });
    const [plain] = allSessions(take([session]).snapshot);
    expect(plain).toMatchObject({
      labels: { session: 'agent:main:telegram:direct:42', account: 'bot', channel: 'telegram' },
    });
    const [hashed] = allSessions(take([session], { labels: labelContext(SALT, ['main'], []) }).snapshot);
    expect(hashed?.labels?.session).toMatch(/^agent:main:telegram:direct:[0-9a-f]{10}$/);
    expect(hashed?.labels?.account).toMatch(/^[0-9a-f]{10}$/);
    expect(hashed?.labels?.channel).toBe('telegram');
  });
});

describe('a policy', () => {
  const sessions = [
    used('telegram:group:1', 1, { status: 'running', lastStoredMs: NOW - 31 * 60_000, flaws: ['entry_not_object'] }),
    used('telegram:group:2', 1, { flaws: ['entry_not_object'] }),
  ];
  const policy = {
    thresholds: [{ session: '*:group:2', tokens: { warning: 1 } }],
    ignore: [{ session: '*:group:1', findings: ['corrupted' as const] }],
  };

  it('takes what is to be ignored out of every figure but its own count', async () => {
    const { snapshot } = take(sessions, { policy });
    const families = parseExposition(await renderFamilies(SNAPSHOT_FAMILIES, snapshot));
    expect(seriesOf(families, 'openclaw_store_ignored_findings')).toEqual({ 'agent="main",finding="corrupted"': 1 });
    expect(seriesOf(families, 'openclaw_store_corrupted_sessions')).toMatchObject({
      'agent="main",reason="entry_invalid"': 1,
    });
    expect(seriesOf(families, 'openclaw_store_stuck_sessions')).toEqual({ 'agent="main"': 1 });
    const findings = families.get('openclaw_store_session_finding')?.samples.map(({ labels }) => labels);
    expect(findings?.map(({ session, finding }) => `${session} ${finding}`)).toEqual([
      'agent:main:telegram:group:1 stuck',
      'agent:main:telegram:group:2 corrupted',
    ]);
  });

  it('shows the threshold of a session only where it is not the shipped one', async () => {
    const families = parseExposition(await renderFamilies(SNAPSHOT_FAMILIES, take(sessions, { policy }).snapshot));
    expect(seriesOf(families, 'openclaw_store_session_threshold_tokens')).toEqual({
      'agent="main",session="agent:main:telegram:group:2",kind="group",severity="warning"': 1,
    });
    expect(families.has('openclaw_store_session_threshold_transcript_bytes')).toBe(false);
  });
});

describe('an agent that is not in the list', () => {
  const config = configView({ acp: { defaultAgent: 'codex' }, agents: { list: [{ id: 'main', default: true }] } });

  it.each<[string, string | null, string[]]>([
    ['openclaw', '2026.9.6', []],
    ['openclaw', '2026.7.35', ['unlisted_agent']],
    ['scribe', '2026.9.6', ['unlisted_agent']],
    ['codex', '2026.7.35', []],
  ])('%s of %s', (agent, version, reasons) => {
    const session = aStoredSession({ agent, key: `agent:${agent}:main` });
    const { snapshot } = take([], {
      discovery: aDiscovery({ config }),
      readings: [aReading({ agent, version, sessions: [session] })],
    });
    expect(allSessions(snapshot).flatMap(({ findings }) => findings.map(({ reason }) => reason))).toEqual(reasons);
  });
});
