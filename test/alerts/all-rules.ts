import { storeGroups, upGroups } from '../../alerts/generate.ts';

export const STORE_RULES = storeGroups().flatMap(({ rules }) => rules);
export const UP_RULES = upGroups().flatMap(({ rules }) => rules);
export const RULES = [...STORE_RULES, ...UP_RULES];
/** With a name for a test's title: an alert can have several rules. */
export const NAMED = RULES.map((rule) => ({ rule, name: [rule.alert, ...Object.values(rule.labels)].join(' ') }));
export const ALERTS = [...new Set(RULES.map(({ alert }) => alert))];
