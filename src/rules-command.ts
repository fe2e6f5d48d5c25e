import { renderRules } from './rules/render.ts';
import type { RuleOptions } from './rules/rule.ts';
import { FORMATS_OF, formatOf } from './settings/format.ts';
import type { Settings } from './settings/settings.ts';
import { print } from './stdout.ts';

/** Prints the alert rules for the Prometheus, the operator or the Grafana of this user. Returns the exit code. */
export async function runRules(settings: Settings): Promise<number> {
  const format = formatOf(settings.format, FORMATS_OF.rules);
  const options: Omit<RuleOptions, 'queries'> = {
    job: settings.job,
    groupLabels: settings['group-label'],
    runbookUrl: withoutSlash(settings['runbook-url'] ?? 'docs/runbooks'),
    dashboardUrl: withoutSlash(settings['dashboard-url'] ?? ''),
  };
  await print(renderRules(format, options));
  return 0;
}

function withoutSlash(address: string): string {
  return address.replace(/\/+$/, '');
}
