import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

const ALERTS = join(import.meta.dirname, '../../alerts');

interface Waits {
  readonly for: string;
  readonly keepFiringFor: string;
}

/** Of a minute that a rule looks back. Shorter, a pause of a busy machine would take the figures away. */
const SECONDS_A_MINUTE = 3;

/**
 * The shipped rules with other waits, and they look back on less: three seconds for a minute, and an hour in steps of seconds for
 * a day in steps of minutes. Else they ask and say what they do.
 */
export function rulesWith(file: string, waits: Waits): string {
  const { groups } = parse(readFileSync(join(ALERTS, file), 'utf8'));
  for (const rule of groups.flatMap((group: { rules: { expr: string }[] }) => group.rules)) {
    const expr = rule.expr
      .replaceAll(/\[(\d+)m\]/g, (_: string, minutes: string) => `[${Number(minutes) * SECONDS_A_MINUTE}s]`)
      .replaceAll(/\[1d:(\d+)m\]/g, '[1h:$1s]');
    Object.assign(rule, { expr, for: waits.for, keep_firing_for: waits.keepFiringFor });
  }
  return stringify({ groups });
}

/** These rules with no wait before an alert fires. What they look back on stays. */
export function withoutWaits(text: string): string {
  const { groups } = parse(text);
  for (const rule of groups.flatMap((group: { rules: { alert?: string }[] }) => group.rules)) {
    if (rule.alert !== undefined) Object.assign(rule, { for: '0s', keep_firing_for: '0s' });
  }
  return stringify({ groups });
}

/** The shipped routes and inhibitions in a hurry; every receiver is a path of this server, by its name. */
export function alertmanagerWith(url: string): string {
  const config = parse(readFileSync(join(ALERTS, 'alertmanager.yml'), 'utf8'));
  const hurry = { group_wait: '3s', group_interval: '1s' };
  return stringify({
    route: {
      ...config.route,
      ...hurry,
      routes: config.route.routes.map((route: object) => ({ ...route, ...hurry })),
    },
    inhibit_rules: config.inhibit_rules,
    // One that sends nothing stays so.
    receivers: config.receivers.map(({ name, ...kinds }: { name: string }) => ({
      name,
      ...(Object.keys(kinds).length > 0 && { webhook_configs: [{ url: `${url}/${name}`, send_resolved: true }] }),
    })),
  });
}
