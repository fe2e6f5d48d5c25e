import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { INHIBIT_RULES } from '../../alerts/alertmanager.ts';
import { offenders } from '../support/offenders.ts';
import { FIRING_ALERTS } from './firing-alerts.ts';

const ROOT = join(import.meta.dirname, '../..');
const FILES = ['alerts/alertmanager.yml', 'deploy/compose/alertmanager/alertmanager.yml'];

function matches(matchers: readonly string[], labels: Readonly<Record<string, string>>): boolean {
  return matchers.every((matcher) => {
    const [, label = '', operator, value = ''] = /^(\w+) (=~|!~|=) "(.*)"$/.exec(matcher) ?? [];
    const own = labels[label] ?? '';
    if (operator === '=') return own === value;
    return new RegExp(`^(?:${value})$`).test(own) === (operator === '=~');
  });
}

test('an inhibition holds back no page unless by a page, by labels that the alerts of both sides have', () => {
  const bad = offenders(
    INHIBIT_RULES,
    ({ why }) => why,
    ({ source, target, equal }) => {
      const sources = FIRING_ALERTS.filter((labels) => matches(source, labels));
      const targets = FIRING_ALERTS.filter((labels) => matches(target, labels));
      return [
        ...(sources.length === 0 ? ['no alert is a source'] : []),
        ...(targets.length === 0 ? ['no alert is a target'] : []),
        ...sources.filter((labels) => targets.includes(labels)).map(({ alertname }) => `${alertname} is on both sides`),
        ...targets.flatMap(({ alertname, severity }) =>
          severity === 'warning' || sources.every((source) => source.severity === 'critical')
            ? []
            : [`${alertname} (${severity}) would be held back by a warning`],
        ),
        // Without a gateway on both sides they are equal in it. An absent job has no instance, and holds back nothing then.
        ...[...sources, ...targets].flatMap((labels) =>
          equal
            .filter((name) => !(name in labels) && name !== 'gateway' && 'instance' in labels)
            .map((name) => `${labels.alertname} has no label ${name}`),
        ),
      ];
    },
  );
  expect(bad).toEqual([]);
});

describe.each(FILES)('%s', (name) => {
  const text = readFileSync(join(ROOT, name), 'utf8');
  const config = parse(text);

  test('has exactly these inhibitions', () => {
    expect(config.inhibit_rules).toEqual(
      INHIBIT_RULES.map(({ source, target, equal }) => ({ source_matchers: source, target_matchers: target, equal })),
    );
  });

  test('holds no secret, only files of them', () => {
    expect(text).not.toMatch(
      /^\s*(?:- )?(?:api_url|routing_key|service_key|smtp_auth_password|auth_password|credentials|password):/m,
    );
  });

  test('repeats at a multiple of the interval of its groups, within what Alertmanager keeps', () => {
    const minutes = (text: string) =>
      Number.parseInt(text, 10) * ({ s: 1 / 60, m: 1, h: 60, d: 1440 }[text.at(-1) ?? ''] ?? 0);
    const { routes, ...root } = config.route;
    for (const route of [root, ...routes]) {
      const repeat = minutes(route.repeat_interval ?? root.repeat_interval);
      expect(repeat % minutes(route.group_interval ?? root.group_interval)).toBe(0);
      expect(repeat).toBeLessThan(120 * 60);
    }
  });
});
