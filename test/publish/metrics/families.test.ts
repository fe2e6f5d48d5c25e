import { describe, expect, it } from 'vitest';
import { EXPORTER_FAMILIES } from '../../../src/publish/metrics/exporter.ts';
import { SNAPSHOT_FAMILIES } from '../../../src/publish/metrics/families.ts';
import type { Family } from '../../../src/publish/metrics/family.ts';

const FAMILIES = [...SNAPSHOT_FAMILIES, ...EXPORTER_FAMILIES];

/** Families of OpenClaw's own plugin for Prometheus; where it has several of one beginning, that beginning with a `*`. */
const PLUGIN_NAMES = [
  'openclaw_child_process_spawn_total',
  'openclaw_diagnostic_async_queue_dropped_total',
  'openclaw_diagnostic_async_queue_length',
  'openclaw_gateway_build_info',
  'openclaw_gateway_event_loop_*',
  'openclaw_gateway_rpc_*',
  'openclaw_gc_duration_seconds',
  'openclaw_gen_ai_client_token_usage',
  'openclaw_harness_run_*',
  'openclaw_heap_space_bytes',
  'openclaw_liveness_*',
  'openclaw_memory_bytes',
  'openclaw_memory_pressure_total',
  'openclaw_memory_rss_bytes',
  'openclaw_message_*',
  'openclaw_model_call_duration_seconds',
  'openclaw_model_call_total',
  'openclaw_model_cost_usd_total',
  'openclaw_model_failover_total',
  'openclaw_model_tokens_total',
  'openclaw_model_usage_duration_seconds',
  'openclaw_payload_large_bytes',
  'openclaw_payload_large_total',
  'openclaw_prometheus_series_dropped_total',
  'openclaw_queue_lane_size',
  'openclaw_queue_lane_wait_seconds',
  'openclaw_run_completed_total',
  'openclaw_run_duration_seconds',
  'openclaw_session_queue_depth',
  'openclaw_session_recovery_age_seconds',
  'openclaw_session_recovery_total',
  'openclaw_session_state_total',
  'openclaw_session_stuck_age_seconds',
  'openclaw_session_stuck_total',
  'openclaw_session_turn_created_total',
  'openclaw_skill_used_total',
  'openclaw_talk_audio_bytes',
  'openclaw_talk_event_total',
  'openclaw_telemetry_exporter_total',
  'openclaw_tool_execution_*',
  'openclaw_webhook_*',
  'openclaw_worker_*',
  'openclaw_worktree_preparation_seconds',
];

type Declared = Pick<Family<never>, 'name' | 'type' | 'labels' | 'help'>;

/** Each rule by what breaks it. */
const RULES: Readonly<Record<string, (family: Declared) => boolean>> = {
  'name without the prefix or not of lower-case words': ({ name }) => !/^openclaw_store_[a-z]+(_[a-z]+)*$/.test(name),
  '_total without a counter, or a counter without _total': ({ name, type }) =>
    name.endsWith('_total') !== (type === 'counter'),
  'unit that is no base unit': ({ name }) =>
    /_(ms|milliseconds|minutes|hours|kb|mb|kilobytes|megabytes|percent|count)(_|$)/.test(name),
  'time without _seconds': ({ name }) => /duration|interval|cpu/.test(name) && !/_seconds(_total)?$/.test(name),
  'point in time without _timestamp_seconds': ({ name }) =>
    name.includes('timestamp') && !name.endsWith('_timestamp_seconds'),
  'size without _bytes': ({ name }) => /memory|transcript_bytes/.test(name) && !name.endsWith('_bytes'),
  'tokens without _tokens': ({ name }) =>
    /session_tokens|window|threshold_tokens/.test(name) && !name.endsWith('_tokens'),
  'label not of lower-case words': ({ labels }) => labels.some((label) => !/^[a-z]+(_[a-z]+)*$/.test(label)),
  'label there twice': ({ labels }) => new Set(labels).size !== labels.length,
  'label that a scrape would rename': ({ labels }) => labels.includes('job') || labels.includes('instance'),
  'help not of whole sentences on one line': ({ help }) => !/^[A-Z]\S*( \S+)*\.\)?$/.test(help),
  'name of the plugin': ({ name }) =>
    PLUGIN_NAMES.some((plugin) => (plugin.endsWith('*') ? name.startsWith(plugin.slice(0, -1)) : name === plugin)),
};

function offences(family: Declared): string[] {
  return Object.entries(RULES)
    .filter(([, isBroken]) => isBroken(family))
    .map(([rule]) => `${family.name}: ${rule}`);
}

describe('the rules of families', () => {
  it('are kept by every family', () => {
    expect(FAMILIES.flatMap(offences)).toEqual([]);
  });

  it.each<[string, Partial<Declared>]>([
    ['name without the prefix or not of lower-case words', { name: 'openclaw_sessions' }],
    ['name without the prefix or not of lower-case words', { name: 'openclaw_store_sessionsByKind' }],
    ['_total without a counter, or a counter without _total', { name: 'openclaw_store_sessions_total' }],
    ['_total without a counter, or a counter without _total', { type: 'counter' }],
    ['unit that is no base unit', { name: 'openclaw_store_age_hours' }],
    ['time without _seconds', { name: 'openclaw_store_scan_duration' }],
    ['point in time without _timestamp_seconds', { name: 'openclaw_store_timestamp_of_scan' }],
    ['size without _bytes', { name: 'openclaw_store_memory' }],
    ['tokens without _tokens', { name: 'openclaw_store_session_window' }],
    ['label not of lower-case words', { labels: ['agentId'] }],
    ['label there twice', { labels: ['agent', 'agent'] }],
    ['label that a scrape would rename', { labels: ['instance'] }],
    ['help not of whole sentences on one line', { help: 'no sentence' }],
    ['help not of whole sentences on one line', { help: 'Two\nlines.' }],
    ['help not of whole sentences on one line', { help: 'Two  spaces.' }],
  ])('%s: %o', (rule, changes) => {
    const family: Declared = { name: 'openclaw_store_x', type: 'gauge', labels: ['agent'], help: 'Good.', ...changes };
    expect(offences(family)).toEqual([`${family.name}: ${rule}`]);
  });

  it.each(['openclaw_session_queue_depth', 'openclaw_gateway_rpc_calls'])('%s is a name of the plugin', (name) => {
    expect(offences({ name, type: 'gauge', labels: [], help: 'Good.' })).toContain(`${name}: name of the plugin`);
  });
});

describe('all families', () => {
  it('have names of their own: those of a snapshot and those of the exporter share no page otherwise', () => {
    const names = FAMILIES.map(({ name }) => name);
    expect(names).toHaveLength(new Set(names).size);
  });

  it('say which scan knows them: those of a snapshot a scan, those of the exporter none', () => {
    for (const { name, scan } of SNAPSHOT_FAMILIES) expect(['quick', 'deep'], name).toContain(scan);
    for (const { name, scan } of EXPORTER_FAMILIES) expect(scan, name).toBe('none');
  });

  it('of a session have exactly agent, session and kind, so that they divide without on()', () => {
    const figures = SNAPSHOT_FAMILIES.filter(
      ({ name }) => name.startsWith('openclaw_store_session_') && !/_(info|finding)$|_threshold_/.test(name),
    );
    expect(figures.length).toBeGreaterThan(5);
    for (const { name, labels } of figures) expect(labels, name).toEqual(['agent', 'session', 'kind']);
    for (const { name, labels } of SNAPSHOT_FAMILIES) {
      if (/_session_(info$|finding$|threshold_)/.test(name))
        expect(labels.slice(0, 3), name).toEqual(['agent', 'session', 'kind']);
    }
  });
});
