import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';

const ALERTS = join(import.meta.dirname, '../../alerts');

/** A minute of the shipped rules is a second here. */
export const FASTER = 60;

const Rules = z.object({
  groups: z.array(
    z.looseObject({
      rules: z.array(
        z.looseObject({ expr: z.string(), for: z.string().optional(), keep_firing_for: z.string().optional() }),
      ),
    }),
  ),
});

/** A shipped rule file whose waits are shorter, and whose expressions look back less far. The file itself stays as it is. */
export function fastRules(file: string): string {
  const { groups } = Rules.parse(parse(readFileSync(join(ALERTS, file), 'utf8')));
  return stringify({
    groups: groups.map((group) => ({
      ...group,
      rules: group.rules.map((rule) => ({
        ...rule,
        expr: rule.expr.replace(/\[(\w+)(?::(\w+))?\]/g, (_, range: string, step?: string) =>
          step === undefined ? `[${faster(range)}]` : `[${faster(range)}:${faster(step)}]`,
        ),
        ...(rule.for === undefined ? {} : { for: faster(rule.for) }),
        ...(rule.keep_firing_for === undefined ? {} : { keep_firing_for: faster(rule.keep_firing_for) }),
      })),
    })),
  });
}

/** How long the condition of an alert must hold here before it fires. */
export function waitOf(alert: string): string {
  const text = readFileSync(join(ALERTS, 'openclaw-store.rules.yml'), 'utf8');
  const rules = Rules.parse(parse(text)).groups.flatMap(({ rules: its }) => its);
  return faster(rules.find((rule) => rule.alert === alert)?.for ?? '0s');
}

const Waits = z.object({
  group_wait: z.string().optional(),
  group_interval: z.string().optional(),
  repeat_interval: z.string().optional(),
});
const Routes = z.object({
  route: z.looseObject({ ...Waits.shape, routes: z.array(z.looseObject(Waits.shape)) }),
  inhibit_rules: z.array(z.unknown()),
  receivers: z.array(z.looseObject({ name: z.string() })),
});

/** The shipped routes and inhibitions with shorter waits. What goes to the operator goes to this address. */
export function fastRoutes(receiver: string): string {
  const { route, inhibit_rules, receivers } = Routes.parse(
    parse(readFileSync(join(ALERTS, 'alertmanager.yml'), 'utf8')),
  );
  const inHurry = (waits: z.infer<typeof Waits>) =>
    Object.fromEntries(
      Object.entries(Waits.parse(waits)).flatMap(([name, text]) => (text === undefined ? [] : [[name, faster(text)]])),
    );
  return stringify({
    route: {
      ...route,
      ...inHurry(route),
      routes: route.routes.map((each) => ({ ...each, ...inHurry(each) })),
    },
    inhibit_rules,
    receivers: receivers.map(({ name, ...kinds }) => ({
      name,
      ...(Object.keys(kinds).length === 0 ? {} : { webhook_configs: [{ url: receiver, send_resolved: true }] }),
    })),
  });
}

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** A duration of Prometheus, a sixtieth of it, at least a second: its scrapes are a second apart. */
function faster(text: string): string {
  const found = /^(\d+)([smhd])$/.exec(text);
  const unit = (['s', 'm', 'h', 'd'] as const).find((each) => each === found?.[2]);
  if (found === null || unit === undefined) throw new Error(`"${text}" is no duration of one unit`);
  return `${Math.max(1, Math.round((Number(found[1]) * SECONDS[unit]) / FASTER))}s`;
}
