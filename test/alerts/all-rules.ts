import { storeGroups, upGroups } from '../../src/rules/groups.ts';
import type { AlertRule } from '../../src/rules/rule.ts';
import { offenders } from '../support/offenders.ts';

export const STORE_RULES = storeGroups().flatMap(({ rules }) => rules);
export const UP_RULES = upGroups().flatMap(({ rules }) => rules);
export const RULES = [...STORE_RULES, ...UP_RULES];
export const ALERT_NAMES = [...new Set(RULES.map(({ alert }) => alert))];

/** A line for everything that is wrong with a rule. */
export function badRules(reasonsAgainst: (rule: AlertRule) => readonly string[], rules = RULES): string[] {
  return offenders(rules, titleOf, reasonsAgainst);
}

/** An alert can have several rules, which differ by their labels. */
function titleOf({ alert, labels }: AlertRule): string {
  return [alert, ...Object.values(labels)].join(' ');
}
