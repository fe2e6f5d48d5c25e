import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../src/model/snapshot.ts';
import { KINDS } from '../../../src/openclaw/keys.ts';
import { SNAPSHOT_FAMILIES } from '../../../src/publish/metrics/families.ts';
import { renderFamilies } from '../../../src/publish/metrics/render.ts';
import { parseExposition, seriesOf } from '../../support/exposition.ts';
import { anAgent, anUnreadableAgent, aSnapshot, corrupted, published } from '../../support/snapshot.ts';

async function render(snapshot: Snapshot) {
  return parseExposition(await renderFamilies(SNAPSHOT_FAMILIES, snapshot));
}

/** Names without the prefix, in the order of the page. */
function names(families: ReadonlyMap<string, unknown>): string[] {
  return [...families.keys()].map((name) => name.replace(/^openclaw_store_/, ''));
}

const LOOKED_FOR = ['entry_invalid', 'transcript_empty'].map((reason) => ({
  era: 'file' as const,
  finding: 'corrupted' as const,
  reason,
  exceptIn: [],
}));

describe('an agent that could not be read', () => {
  it('has readable 0, info and its problem, and nothing else', async () => {
    const agent = anUnreadableAgent({
      version: '2026.9.6',
      schema: 23,
      layout: 'sqlite',
      problems: ['schema_unsupported'],
    });
    const families = await render(aSnapshot({ agents: [agent], lookedFor: LOOKED_FOR }));
    expect(names(families)).toEqual(['state_readable', 'agents', 'config_valid', 'readable', 'info', 'problem']);
    expect(seriesOf(families, 'openclaw_store_readable')).toEqual({ 'agent="main"': 0 });
    expect(seriesOf(families, 'openclaw_store_info')).toEqual({
      'agent="main",layout="sqlite",schema="23",version="2026.9.6"': 1,
    });
    expect(seriesOf(families, 'openclaw_store_problem')).toEqual({ 'agent="main",reason="schema_unsupported"': 1 });
  });

  it('takes no figure of the agents beside it', async () => {
    const families = await render(
      aSnapshot({ agents: [anUnreadableAgent({ agent: 'a' }), anAgent({ agent: 'b' })], lookedFor: LOOKED_FOR }),
    );
    expect(seriesOf(families, 'openclaw_store_readable')).toEqual({ 'agent="a"': 0, 'agent="b"': 1 });
    for (const [name, { samples }] of families) {
      if (/_(readable|info|problem)$/.test(name)) continue;
      for (const { labels } of samples) expect(labels.agent, name).not.toBe('a');
    }
    expect(Object.keys(seriesOf(families, 'openclaw_store_corrupted_sessions'))).toEqual([
      'agent="b",reason="entry_invalid"',
      'agent="b",reason="transcript_empty"',
    ]);
  });
});

describe('a state directory that could not be read', () => {
  it('has state_readable 0, and no count of agents or sessions', async () => {
    const families = await render(aSnapshot({ unreadable: 'missing', lookedFor: LOOKED_FOR }));
    expect(names(families)).toEqual(['state_readable']);
    expect(seriesOf(families, 'openclaw_store_state_readable')).toEqual({ '': 0 });
  });

  it('is told from one that is there and holds no agent yet', async () => {
    const families = await render(aSnapshot());
    expect(names(families)).toEqual(['state_readable', 'agents', 'config_valid']);
    expect(seriesOf(families, 'openclaw_store_agents')).toEqual({ '': 0 });
  });
});

describe('an agent that was read', () => {
  it('has a zero for every problem that a store of files can have', async () => {
    const families = await render(aSnapshot({ agents: [anAgent({ problems: ['index_missing'] })] }));
    expect(seriesOf(families, 'openclaw_store_problem')).toEqual({
      'agent="main",reason="permission_denied"': 0,
      'agent="main",reason="index_unreadable"': 0,
      'agent="main",reason="index_empty"': 0,
      'agent="main",reason="index_invalid_json"': 0,
      'agent="main",reason="index_missing"': 1,
      'agent="main",reason="link_refused"': 0,
      'agent="main",reason="store_missing"': 0,
      'agent="main",reason="scan_aborted"': 0,
    });
  });

  it('has a count for each reason that was looked for and for no other', async () => {
    const sessions = [
      published({ key: 'a' }, { findings: [corrupted('entry_invalid'), corrupted('transcript_empty')] }),
      published({ key: 'b' }, { findings: [corrupted('entry_invalid')], labels: null }),
      published({ key: 'c' }),
    ];
    const lookedFor = [
      ...LOOKED_FOR,
      { era: 'file' as const, finding: 'corrupted' as const, reason: 'transcript_missing', exceptIn: ['ops'] },
    ];
    const agents = [anAgent({ sessions }), anAgent({ agent: 'ops' })];
    const families = await render(aSnapshot({ agents, lookedFor }));
    expect(seriesOf(families, 'openclaw_store_corrupted_sessions')).toEqual({
      'agent="main",reason="entry_invalid"': 2,
      'agent="main",reason="transcript_empty"': 1,
      'agent="main",reason="transcript_missing"': 0,
      'agent="ops",reason="entry_invalid"': 0,
      'agent="ops",reason="transcript_empty"': 0,
    });
    const nothing = await render(aSnapshot({ agents: [anAgent()], lookedFor: [] }));
    expect(nothing.has('openclaw_store_corrupted_sessions')).toBe(false);
  });

  it('counts its sessions by kind, with series or without, and says how many are active, archived and without series', async () => {
    const sessions = [
      ...KINDS.map((kind) => published({ key: kind, kind })),
      published({ key: 'second', kind: 'group', active: true }, { labels: null }),
    ];
    const families = await render(aSnapshot({ agents: [anAgent({ sessions, archived: 4 })] }));
    const byKind = (counts: Partial<Record<string, number>>, otherwise: number) =>
      Object.fromEntries(KINDS.map((kind) => [`agent="main",kind="${kind}"`, counts[kind] ?? otherwise]));
    expect(seriesOf(families, 'openclaw_store_sessions')).toEqual(byKind({ group: 2 }, 1));
    expect(seriesOf(families, 'openclaw_store_active_sessions')).toEqual(byKind({ group: 1 }, 0));
    expect(seriesOf(families, 'openclaw_store_archived_sessions')).toEqual({ 'agent="main"': 4 });
    expect(seriesOf(families, 'openclaw_store_sessions_without_series')).toEqual({ 'agent="main"': 1 });
  });

  it('has the time of its last write in seconds, and none where nothing was written', async () => {
    const written = await render(aSnapshot({ agents: [anAgent({ lastWriteMs: 1_795_535_110_471.5 })] }));
    expect(seriesOf(written, 'openclaw_store_last_write_timestamp_seconds')).toEqual({
      'agent="main"': 1_795_535_110.4715,
    });
    const nothing = await render(aSnapshot({ agents: [anAgent()] }));
    expect(nothing.has('openclaw_store_last_write_timestamp_seconds')).toBe(false);
  });
});

describe('the state', () => {
  it('shows a config that cannot be used, and a sample only where one is served', async () => {
    const families = await render(aSnapshot({ configValid: false, sample: true }));
    expect(seriesOf(families, 'openclaw_store_config_valid')).toEqual({ '': 0 });
    expect(seriesOf(families, 'openclaw_store_demo')).toEqual({ '': 1 });
    expect((await render(aSnapshot())).has('openclaw_store_demo')).toBe(false);
  });
});
