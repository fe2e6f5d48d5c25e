import { ALERT_SEVERITIES } from '../../src/rules/rule.ts';
import type { FiredAlert } from './alerts.ts';
import type { Message } from './messages.ts';
import type { Noise } from './replay.ts';
import { START_SECONDS, STEP_SECONDS } from './week.ts';

/** What a healthy gateway may send, by section 6 of the design. */
const BUDGET = {
  /** Pages on one day where the window has 200,000 tokens and nothing is reset. */
  pagesPerDay: 2,
  /** Pages in a week elsewhere. */
  pagesPerWeek: 3,
  /** Warnings on one day. */
  warningsPerDay: 3,
  /** Pages at night about sessions that nobody used for an hour. */
  nightPages: 0,
} as const;

export interface Counts {
  readonly pages: number;
  readonly mostPagesOnADay: number;
  readonly nightPages: number;
  readonly warnings: number;
  readonly mostWarningsOnADay: number;
}

const [PAGE] = ALERT_SEVERITIES;

/** Messages that tell of something new. That something has ended closes an incident and wakes nobody. */
export function countsOf({ messages, days }: Pick<Noise, 'messages' | 'days'>): Counts {
  const news = messages.filter(({ isNews }) => isNews);
  const pages = news.filter(({ firing }) => firing.some(({ labels }) => labels.severity === PAGE));
  const warnings = news.filter((message) => !pages.includes(message) && message.receiver !== 'nowhere');
  return {
    pages: pages.length,
    mostPagesOnADay: mostOnADay(pages, days),
    nightPages: pages.filter(isOfTheNight).length,
    warnings: warnings.length,
    mostWarningsOnADay: mostOnADay(warnings, days),
  };
}

function mostOnADay(messages: readonly Message[], days: number): number {
  const perDay = Array.from({ length: days }, () => 0);
  for (const { time } of messages) {
    const day = Math.floor((time - START_SECONDS) / 86_400);
    perDay[day] = (perDay[day] ?? 0) + 1;
  }
  return Math.max(...perDay);
}

/** From eleven in the evening to seven, with no alert whose condition held within the last hour. */
function isOfTheNight({ time, firing }: Message): boolean {
  const hour = Math.floor(((time - START_SECONDS) % 86_400) / 3600);
  return (hour >= 23 || hour < 7) && !firing.some((alert) => heldRecently(alert, time));
}

function heldRecently({ holds }: FiredAlert, time: number): boolean {
  const last = time - ((time - START_SECONDS) % STEP_SECONDS);
  return Array.from({ length: 7 }, (_, at) => last - at * STEP_SECONDS).some((each) => holds.has(each));
}

/** What is above the budget, as sentences. */
export function overBudget({ gateway, ...noise }: Noise): string[] {
  const counts = countsOf(noise);
  const isSmall = gateway.window <= 200_000 && !gateway.dailyReset;
  const limits: readonly (readonly [number, number, string])[] = [
    isSmall
      ? [counts.mostPagesOnADay, BUDGET.pagesPerDay, 'pages on a day']
      : [counts.pages, BUDGET.pagesPerWeek, 'pages in the week'],
    [counts.nightPages, BUDGET.nightPages, 'pages at night about sessions that nobody used for an hour'],
    [counts.mostWarningsOnADay, BUDGET.warningsPerDay, 'warnings on a day'],
  ];
  return limits
    .filter(([count, limit]) => count > limit)
    .map(([count, limit, what]) => `${gateway.name}: ${count} ${what}, more than ${limit}`);
}
