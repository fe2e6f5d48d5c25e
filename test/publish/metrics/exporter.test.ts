import { describe, expect, it } from 'vitest';
import { EXPORTER_FAMILIES, type ExporterState } from '../../../src/publish/metrics/exporter.ts';
import { SNAPSHOT_FAMILIES } from '../../../src/publish/metrics/families.ts';
import { renderFamilies } from '../../../src/publish/metrics/render.ts';
import { parseExposition, seriesOf } from '../../support/exposition.ts';
import { anAgent, anExporterState, aSnapshot, NOT_YET, published } from '../../support/snapshot.ts';

async function render(changes: Partial<ExporterState> = {}) {
  return parseExposition(await renderFamilies(EXPORTER_FAMILIES, anExporterState(changes)));
}

describe('the exporter’s own families', () => {
  it('say nothing of scans, checks and memory before there are any', async () => {
    expect([...(await render()).keys()].map((name) => name.replace('openclaw_store_', ''))).toEqual([
      'scan_stuck',
      'scanner_cpu_seconds_total',
      'threshold_tokens',
      'threshold_transcript_bytes',
      'exporter_build_info',
    ]);
  });

  it('tell the two scans apart', async () => {
    const quick = { success: false, durationSeconds: 0.25, lastSuccessMs: 1_795_535_110_471, intervalSeconds: 60 };
    const families = await render({ scans: { quick, deep: { ...NOT_YET, intervalSeconds: 900 } }, stuck: true });
    expect(seriesOf(families, 'openclaw_store_scan_success')).toEqual({ 'scan="quick"': 0 });
    expect(seriesOf(families, 'openclaw_store_scan_duration_seconds')).toEqual({ 'scan="quick"': 0.25 });
    expect(seriesOf(families, 'openclaw_store_last_scan_timestamp_seconds')).toEqual({
      'scan="quick"': 1_795_535_110.471,
    });
    expect(seriesOf(families, 'openclaw_store_scan_interval_seconds')).toEqual({
      'scan="quick"': 60,
      'scan="deep"': 900,
    });
    expect(seriesOf(families, 'openclaw_store_scan_stuck')).toEqual({ '': 1 });
  });

  it('show the outcome of every check', async () => {
    const checks = [
      { check: 'entry_invalid', success: true, durationSeconds: 0.001, error: null },
      { check: 'truncated', success: false, durationSeconds: 0, error: 'it threw' },
    ];
    const families = await render({ checks });
    expect(seriesOf(families, 'openclaw_store_check_success')).toEqual({
      'check="entry_invalid"': 1,
      'check="truncated"': 0,
    });
    expect(seriesOf(families, 'openclaw_store_check_duration_seconds')).toEqual({
      'check="entry_invalid"': 0.001,
      'check="truncated"': 0,
    });
  });

  it('show the shipped thresholds, as the contract has them', async () => {
    const tokens = [
      ['main', 150_000, 200_000],
      ['dm', 100_000, 150_000],
      ['group', 50_000, 150_000],
      ...['cron', 'subagent', 'hook', 'acp', 'other'].map((kind) => [kind, 150_000, 200_000]),
    ];
    const families = await render();
    expect(seriesOf(families, 'openclaw_store_threshold_tokens')).toEqual(
      Object.fromEntries(
        tokens.flatMap(([kind, warning, critical]) => [
          [`kind="${kind}",severity="warning"`, warning],
          [`kind="${kind}",severity="critical"`, critical],
        ]),
      ),
    );
    expect(seriesOf(families, 'openclaw_store_threshold_transcript_bytes')).toEqual(
      Object.fromEntries(tokens.map(([kind]) => [`kind="${kind}",severity="warning"`, 500_000])),
    );
  });

  it('name version, revision and Node of the exporter, and what its scanner costs', async () => {
    const families = await render({ revision: 'abc', scannerMemoryBytes: 1024, scannerCpuSeconds: 1.5 });
    expect(seriesOf(families, 'openclaw_store_exporter_build_info')).toEqual({
      [`version="1.2.3",revision="abc",node_version="${process.version}"`]: 1,
    });
    expect(seriesOf(families, 'openclaw_store_scanner_resident_memory_bytes')).toEqual({ '': 1024 });
    expect(seriesOf(families, 'openclaw_store_scanner_cpu_seconds_total')).toEqual({ '': 1.5 });
  });

  it('make one valid page together with those of a snapshot', async () => {
    const own = await renderFamilies(EXPORTER_FAMILIES, anExporterState());
    const snapshot = aSnapshot({ agents: [anAgent({ sessions: [published()] })] });
    const families = parseExposition(`${own}\n${await renderFamilies(SNAPSHOT_FAMILIES, snapshot)}`);
    expect(families.has('openclaw_store_threshold_tokens')).toBe(true);
    expect(families.has('openclaw_store_session_info')).toBe(true);
  });
});
