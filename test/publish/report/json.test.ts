import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { KINDS } from '../../../src/openclaw/keys.ts';
import { reportJson } from '../../../src/publish/report/json.ts';
import { testScanner } from '../../support/scan.ts';
import { anAgent, anUnreadableAgent, aSnapshot, aTranscript, corrupted, published } from '../../support/snapshot.ts';
import { type UnpackedStore, unpackStore } from '../../support/stores.ts';

const Count = z.int().nonnegative();
const Figure = z.number().nonnegative().nullable();

/** What programs may rely on; strict, so that a new field is added here too. */
const Report = z.strictObject({
  state_readable: z.boolean(),
  state_problem: z.enum(['missing', 'no_folder', 'denied', 'empty', 'unreadable']).nullable(),
  config_valid: z.boolean(),
  openclaw_version: z.string().min(1).nullable(),
  demo: z.boolean(),
  agents: z.array(
    z.strictObject({
      agent: z.string().min(1),
      layout: z.enum(['file', 'sqlite', 'empty']),
      schema: Count,
      readable: z.boolean(),
      problems: z.array(z.string().min(1)),
      sessions: Count.optional(),
      archived: Count.optional(),
    }),
  ),
  sessions: z.array(
    z.strictObject({
      agent: z.string().min(1),
      session: z.string().min(1),
      kind: z.enum(KINDS),
      channel: z.string().min(1).nullable(),
      account: z.string().min(1).nullable(),
      model: z.string().nullable(),
      tokens: Figure,
      tokens_source: z.enum(['index', 'transcript', 'none']),
      tokens_severity: z.enum(['warning', 'critical']).nullable(),
      window: Figure,
      effective_window: Figure,
      transcript_bytes: Count.nullable(),
      messages: Count.nullable(),
      compactions: Count.nullable(),
      started_ms: Figure,
      last_activity_ms: Figure,
      findings: z.array(
        z.strictObject({
          finding: z.string(),
          reason: z.string().min(1).nullable(),
          expected_agent: z.string().min(1).nullable(),
        }),
      ),
    }),
  ),
  alerts: z.array(
    z.strictObject({
      alert: z.string(),
      severity: z.enum(['critical', 'warning']).nullable(),
      agent: z.string().nullable(),
      text: z.string(),
    }),
  ),
  checks: z.array(z.strictObject({ check: z.string().min(1), success: z.boolean(), error: z.string().nullable() })),
});

function parsed(...input: Parameters<typeof reportJson>) {
  const text = reportJson(...input);
  expect(text.endsWith('}\n')).toBe(true);
  return Report.parse(JSON.parse(text));
}

describe('the report for programs', () => {
  it('has what a session is, null for what is not known, and never its key', () => {
    const known = published(
      {
        key: 'the key',
        tokens: 250_000,
        tokensSource: 'index',
        window: 200_000,
        effectiveWindow: 180_000,
        startedMs: 1,
        lastActivityMs: 2,
        model: 'm',
        transcript: aTranscript(10),
      },
      { labels: { session: 'the label', account: 'acc', channel: 'telegram' }, findings: [corrupted('truncated')] },
    );
    const unknown = published({ key: 'another key', kind: 'other' }, { labels: { session: 'another label' } });
    const withoutSeries = published({ key: 'a third key' }, { labels: null });
    const snapshot = aSnapshot({
      agents: [anAgent({ sessions: [known, unknown, withoutSeries], archived: 4 })],
      version: null,
    });
    const report = parsed(
      snapshot,
      [{ check: 'truncated', success: false, durationSeconds: 1, error: 'it threw' }],
      [],
    );
    expect(report).toEqual({
      state_readable: true,
      state_problem: null,
      config_valid: true,
      openclaw_version: null,
      demo: false,
      agents: [{ agent: 'main', layout: 'file', schema: 0, readable: true, problems: [], sessions: 3, archived: 4 }],
      sessions: [
        {
          agent: 'main',
          session: 'the label',
          kind: 'main',
          channel: 'telegram',
          account: 'acc',
          model: 'm',
          tokens: 250_000,
          tokens_source: 'index',
          tokens_severity: 'critical',
          window: 200_000,
          effective_window: 180_000,
          transcript_bytes: 10,
          messages: 0,
          compactions: 0,
          started_ms: 1,
          last_activity_ms: 2,
          findings: [{ finding: 'corrupted', reason: 'truncated', expected_agent: null }],
        },
        {
          agent: 'main',
          session: 'another label',
          kind: 'other',
          channel: null,
          account: null,
          model: null,
          tokens: null,
          tokens_source: 'none',
          tokens_severity: null,
          window: null,
          effective_window: null,
          transcript_bytes: null,
          messages: null,
          compactions: null,
          started_ms: null,
          last_activity_ms: null,
          findings: [],
        },
      ],
      alerts: [],
      checks: [{ check: 'truncated', success: false, error: 'it threw' }],
    });
  });

  it('has no count for an agent or a state that could not be read', () => {
    const { agents } = parsed(aSnapshot({ agents: [anUnreadableAgent()] }), [], []);
    expect(agents).toEqual([
      { agent: 'main', layout: 'file', schema: 0, readable: false, problems: ['index_unreadable'] },
    ]);
    const missing = parsed(aSnapshot({ unreadable: 'missing', sample: true, configValid: false }), [], []);
    expect(missing).toMatchObject({ state_readable: false, state_problem: 'missing', demo: true, config_valid: false });
  });
});

describe('the report of a real store', () => {
  let store: UnpackedStore;
  let report: z.infer<typeof Report>;

  beforeAll(async () => {
    store = unpackStore('file-damaged');
    const { snapshot, checks } = await testScanner(store.stateDir, { now: () => store.now }).deep();
    report = parsed(snapshot, checks, []);
  });
  afterAll(() => store.cleanup());

  it('has its sessions, with the tokens that are true of them', () => {
    const sorted = (figures: (number | null | undefined)[]) =>
      figures.map((figure) => figure ?? -1).toSorted((a, b) => a - b);
    expect(sorted(report.sessions.map(({ tokens }) => tokens))).toEqual(
      sorted(store.facts.sessions.map(({ tokens }) => tokens)),
    );
  });

  it('has a count of sessions for the agents that could be read and for no other', () => {
    const counted = report.agents.filter(({ sessions }) => sessions !== undefined).map(({ agent }) => agent);
    const readable = Object.entries(store.facts.agents).filter(([, { unreadable }]) => !unreadable);
    expect(counted.toSorted()).toEqual(readable.map(([agent]) => agent).toSorted());
  });
});
