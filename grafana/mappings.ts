import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';

/** One is good and green, zero is bad and red. */
export function goodOrBad(good: string, bad: string): ValueMapping[] {
  return oneOrZero({ text: good, color: 'green' }, { text: bad, color: 'red' });
}

/** Neither is bad by itself. */
export function onOrOff(): ValueMapping[] {
  return oneOrZero({ text: 'on', color: 'green' }, { text: 'off', color: 'yellow' });
}

function oneOrZero(one: { text: string; color: string }, zero: { text: string; color: string }): ValueMapping[] {
  return [{ type: MappingType.ValueToText, options: { '0': { ...zero, index: 0 }, '1': { ...one, index: 1 } } }];
}
