import { createTask, parse, validateDetailed } from 'node-cron';

/** How many hours with runs are looked at for the longest gap: more than a year of a daily schedule. */
const LOOKED_AT_HOURS = 400;
const SECONDS_AN_HOUR = 3600;
/** Characters: all numbers of all fields are fewer. */
const LONGEST = 1000;

/** What is wrong with a cron expression of five or six fields; null when nothing is. */
export function scheduleProblem(expression: string): string | null {
  // Before node-cron sees it: it writes out each range, of a hundred million minutes too, and each part of a list.
  if (expression.length > LONGEST) return `it is longer than ${LONGEST} characters`;
  const [number] = /\d{3,}/.exec(expression) ?? [];
  if (number !== undefined) return `no field takes a number of ${number.length} digits`;
  const fields = expression.trim().split(/\s+/).length;
  // node-cron takes nicknames such as @hourly too, but only for running them.
  if (fields !== 5 && fields !== 6) return `expected 5 or 6 fields but got ${fields}`;
  const { valid, errors } = validateDetailed(expression);
  if (valid) return null;
  return errors.map(({ message }) => message).join(', ') || 'not a cron expression';
}

/** The longest time between two runs, in seconds. */
export function longestGapSeconds(expression: string): number {
  const { minute, second } = parse(expression);
  const offsets = minute.flatMap((m) => second.map((s) => m * 60 + s)).sort((a, b) => a - b);
  const first = offsets[0] ?? 0;
  const last = offsets.at(-1) ?? 0;
  const gapsInHour = offsets.slice(1).map((offset, at) => offset - (offsets[at] ?? 0));
  // From the last run of an hour to the first run of the next hour that has one.
  const gapsOfHours = hoursOf(expression).map((gap) => gap - (last - first));
  return Math.max(1, ...gapsInHour, ...gapsOfHours);
}

function hoursOf(expression: string): number[] {
  const fields = expression.trim().split(/\s+/);
  // To ask for the runs takes a tenth of a second, and nearly every schedule has one in every hour.
  if (fields.slice(-4).every((field) => field === '*')) return [SECONDS_AN_HOUR];
  // In UTC: an hour that a change of clocks repeats or skips is not part of the schedule.
  const task = createTask(`0 0 ${fields.slice(-4).join(' ')}`, () => undefined, { timezone: 'Etc/UTC' });
  const runs = task.getNextRuns(LOOKED_AT_HOURS).map((run) => run.getTime() / 1000);
  void task.destroy();
  return runs.slice(1).map((run, at) => run - (runs[at] ?? run));
}
