import { expect, test } from 'vitest';
import { FINDINGS } from '../../src/model/finding.ts';
import { PROBLEMS } from '../../src/model/problem.ts';
import { EXPORTER_FAMILIES } from '../../src/publish/metrics/exporter.ts';
import { SNAPSHOT_FAMILIES } from '../../src/publish/metrics/families.ts';
import { offenders } from '../support/offenders.ts';
import { RULES } from './all-rules.ts';
import { parsePromql } from './promql.ts';

const SELECTORS = RULES.flatMap(({ alert, expr }) => parsePromql(expr).selectors.map((each) => ({ alert, ...each })));

/** Families that no alert asks for, each with the reason. */
const WITHOUT_ALERT: Readonly<Record<string, string>> = {
  active_sessions: 'a size to look at',
  active_sessions_by_tokens_source:
    'a session that was compacted, or never ran, has no tokens: OpenClawTokensUnknown leaves these out',
  archived_sessions: 'archived on purpose',
  check_duration_seconds: 'a duration to look at; OpenClawScanStale tells of too long ones',
  collision_sessions: 'OpenClawSessionCollision asks for the sessions themselves',
  corrupted_sessions: 'OpenClawSessionsCorrupted asks for the sessions themselves, without those that nobody uses',
  database_free_bytes: 'OpenClaw uses them again',
  demo: 'the status page and every other page of the sample say so',
  duplicate_sessions: 'as corrupted_sessions',
  exporter_build_info: 'a version',
  exporter_config_last_reload_success_timestamp_seconds: 'a time to look at',
  ignored_findings: 'ignored on purpose',
  last_write_timestamp_seconds: 'a quiet gateway is no fault',
  migration_runs: 'a count to look at',
  pending_inputs: 'OpenClawInputsWaiting asks for the age of the oldest',
  scan_duration_seconds: 'OpenClawScanStale tells of too long ones',
  scan_stuck: 'OpenClawScanStale: no scan runs',
  scanner_cpu_seconds_total: 'a cost to look at',
  scanner_resident_memory_bytes: 'a cost to look at',
  session_info: 'labels for other figures',
  session_started_timestamp_seconds: 'a time to look at',
  sessions_by_status: 'OpenClawSessionStuck asks for runs that never ended',
  stale_since_timestamp_seconds: 'after 15 minutes it is database_unreadable',
  stray_sessions: 'as corrupted_sessions',
  stuck_sessions: 'OpenClawSessionStuck asks for the sessions themselves',
  threshold_tokens: 'the rules hold the shipped numbers, and series of the sessions where they differ',
  threshold_transcript_bytes: 'as threshold_tokens',
  undecided_sessions: 'nothing is known to be wrong',
};

test('every family is asked for by an alert, or it is said why not', () => {
  const asked = new Set(SELECTORS.map(({ metric }) => metric));
  const names = [...SNAPSHOT_FAMILIES, ...EXPORTER_FAMILIES].map(({ name }) => name.replace('openclaw_store_', ''));
  const bad = offenders(names, String, (name) => {
    const isAsked = asked.has(`openclaw_store_${name}`);
    if (isAsked && name in WITHOUT_ALERT) return ['an alert asks for it now: remove it from WITHOUT_ALERT'];
    return isAsked || name in WITHOUT_ALERT ? [] : ['no alert asks for it: say why in WITHOUT_ALERT'];
  });
  expect(bad).toEqual([]);
  expect(Object.keys(WITHOUT_ALERT).filter((name) => !names.includes(name))).toEqual([]);
});

test('each problem is in one alert', () => {
  const bad = offenders(PROBLEMS, String, (reason) => {
    const found = SELECTORS.filter(({ metric, text }) => metric === 'openclaw_store_problem' && takes(text, reason));
    const names = [...new Set(found.map(({ alert }) => alert))];
    return names.length === 1 ? [] : [`is in ${names.length} alerts: ${names.join(', ')}`];
  });
  expect(bad).toEqual([]);
});

/** Whether a selector that asks for a reason takes this one. */
function takes(selector: string, reason: string): boolean {
  const [, operator, pattern = ''] = /reason(=~|!~)"([^"]*)"/.exec(selector) ?? [];
  return operator !== undefined && new RegExp(`^(?:${pattern})$`).test(reason) === (operator === '=~');
}

test('each finding is in one alert', () => {
  const bad = offenders(FINDINGS, String, (finding) => {
    const asks = ({ metric, text }: { metric: string; text: string }) =>
      metric === 'openclaw_store_session_finding' && text.includes(`finding="${finding}"`);
    const names = new Set(SELECTORS.filter(asks).map(({ alert }) => alert));
    return names.size === 1 ? [] : [`is in ${names.size} alerts: ${[...names].join(', ')}`];
  });
  expect(bad).toEqual([]);
});

test('a check that fails is an alert, whichever it is', () => {
  expect(RULES.find(({ alert }) => alert === 'OpenClawCheckFailing')?.expr).toBe(
    'min_over_time(openclaw_store_check_success[5m]) == 0',
  );
});
