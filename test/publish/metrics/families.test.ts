import { describe, expect, it } from 'vitest';
import { EXPORTER_FAMILIES } from '../../../src/publish/metrics/exporter.ts';
import { SNAPSHOT_FAMILIES } from '../../../src/publish/metrics/families.ts';

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

function collides(name: string, plugin: string): boolean {
  return plugin.endsWith('*') ? name.startsWith(plugin.slice(0, -1)) : name === plugin;
}

describe.each(FAMILIES)('$name', ({ name, type, labels, help }) => {
  it('is named by the prefix, in base units, and by _total only where it is a counter', () => {
    expect(name).toMatch(/^openclaw_store_[a-z]+(_[a-z]+)*$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(name).not.toMatch(/_(ms|milliseconds|minutes|hours|kb|mb|kilobytes|megabytes|percent|count)(_|$)/);
    if (/duration|interval|timestamp|cpu/.test(name)) expect(name).toMatch(/_seconds(_total)?$/);
    if (/memory|transcript_bytes/.test(name)) expect(name).toMatch(/_bytes$/);
    if (/session_tokens|window|threshold_tokens/.test(name)) expect(name).toMatch(/_tokens$/);
    if (/timestamp/.test(name)) expect(name).toMatch(/_timestamp_seconds$/);
  });

  it('has labels of lower case, each once, and none that a scrape would rename', () => {
    for (const label of labels) expect(label).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(new Set(labels).size).toBe(labels.length);
    for (const label of ['job', 'instance']) expect(labels).not.toContain(label);
  });

  it('has a help of whole sentences on one line', () => {
    expect(help).toMatch(/^[A-Z][^\n]*\.\)?$/);
    expect(help).not.toMatch(/\s\s|\s$/);
  });

  it('is none of the plugin’s', () => {
    expect(PLUGIN_NAMES.filter((plugin) => collides(name, plugin))).toEqual([]);
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
