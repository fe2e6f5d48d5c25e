/** Amounts and times, as `scan` says them. */

/** With its thousands apart; `-`: not known. */
export function amount(value: number | null): string {
  return value === null ? '-' : value.toLocaleString('en-US');
}

/** How much of its window a session uses. Rounded down: 100 % is a full window, and not one that is nearly full. */
export function shareOf(tokens: number | null, window: number | null): string {
  return tokens === null || window === null ? '-' : `${amount(Math.floor((tokens * 100) / window))} %`;
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
