import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';

/** One is good and green, zero is bad and red. */
export function goodOrBad(good: string, bad: string): ValueMapping[] {
  return oneOrZero({ text: good, color: 'green' }, { text: bad, color: 'red' });
}

/** Neither is bad by itself. */
export function onOrOff(): ValueMapping[] {
  return oneOrZero({ text: 'on', color: 'green' }, { text: 'off', color: 'yellow' });
}

/** The severities of alerts by their rank, since a table sorts numbers, and no words, by what they mean. */
export const SEVERITY_RANKS = [
  { severity: 'critical', rank: 3, color: 'red' },
  { severity: 'warning', rank: 2, color: 'yellow' },
  { severity: 'info', rank: 1, color: 'blue' },
] as const;

/** 0: another one than those of the shipped rules. */
export function severities(): ValueMapping[] {
  const ranked = SEVERITY_RANKS.map(({ severity, rank, color }, index) => [rank, { text: severity, color, index }]);
  const other = { text: 'other', color: 'text', index: SEVERITY_RANKS.length };
  return [{ type: MappingType.ValueToText, options: { ...Object.fromEntries(ranked), '0': other } }];
}

function oneOrZero(one: { text: string; color: string }, zero: { text: string; color: string }): ValueMapping[] {
  return [{ type: MappingType.ValueToText, options: { '0': { ...zero, index: 0 }, '1': { ...one, index: 1 } } }];
}
