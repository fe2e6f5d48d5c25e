import { CASES } from '../../alerts/generate.ts';
import { ruleOf } from '../../alerts/promtool-tests.ts';
import { RULES } from './all-rules.ts';

/** The labels of each alert when it fires. promtool compares exactly these. */
export const FIRING_ALERTS: readonly Readonly<Record<string, string>>[] = [
  ...Object.values(CASES).flatMap((cases) =>
    cases.map((each) => ({
      alertname: each.alert,
      ...ruleOf(RULES, each).labels,
      ...each.labels,
      job: 'openclaw-store',
      instance: 'a:10789',
    })),
  ),
  { alertname: 'OpenClawExporterAbsent', severity: 'critical', job: 'openclaw-store' },
];
