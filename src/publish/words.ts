// Amounts and times, as the status page and `scan` say them.

/** With its thousands apart: `210,000`. `-`: not known. */
export function amount(value: number | null): string {
  return value === null ? '-' : value.toLocaleString('en-US');
}

/** With its noun: `1 session`, `2,000 sessions`. */
export function counted(count: number, noun: string): string {
  return `${amount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** The first names of many, as `a, b and 3 more`. */
export function firstOf(names: readonly string[], shown: number): string {
  const more = names.length > shown ? ` and ${amount(names.length - shown)} more` : '';
  return `${names.slice(0, shown).join(', ')}${more}`;
}

/** How much of its window a session uses. Rounded down: 100 % is a full window, and not one that is nearly full. */
export function shareOf(tokens: number | null, window: number | null): string {
  return tokens === null || window === null ? '-' : `${amount(Math.floor((tokens * 100) / window))} %`;
}

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const;

export function bytesInWords(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1);
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power] ?? ''}`;
}

/** Local time to the minute: a page may be older than a phrase like "a minute ago" says. */
export function minuteOf(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return 'unknown';
  // Sweden writes dates as ISO 8601 does.
  return date.toLocaleString('sv-SE', { dateStyle: 'short', timeStyle: 'short' });
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago, or in how long: a clock of the gateway that is ahead gives times of the future. `-`: not known. */
export function agoOf(ms: number | null, nowMs: number): string {
  if (ms === null) return '-';
  const seconds = Math.round(Math.abs(nowMs - ms) / 1000);
  if (seconds < MINUTE) return 'now';
  const [unit, name] =
    seconds < 2 * HOUR
      ? ([MINUTE, 'min'] as const)
      : seconds < 2 * DAY
        ? ([HOUR, 'h'] as const)
        : ([DAY, 'd'] as const);
  const text = `${amount(Math.floor(seconds / unit))} ${name}`;
  return ms > nowMs ? `in ${text}` : `${text} ago`;
}
