import { amount } from '../../src/publish/words.ts';
import { TOKEN_THRESHOLDS } from '../../src/thresholds.ts';
import { WINDOWS } from '../config.ts';
import { type Host, KEYS } from './host.ts';

/** What happens to the host. */
export interface Step {
  /** Seconds after the beginning. */
  readonly at: number;
  /** For the list that is printed first, and for the line when it happens. */
  readonly what: string;
  /** The alert that it raises; null: it ends one, or raises none. */
  readonly alert: string | null;
  readonly happen: (host: Host, nowMs: number) => void;
}

const GROUP = { from: 30_000, begins: 5, aSecond: 4000, until: 55, after: 14_000 } as const;
const DESK = { from: 40_000, aSecond: 4000, largest: WINDOWS['demo-large'] * 0.85, after: 18_000 } as const;

/** When the group holds more than so many tokens. */
function passes(tokens: number): number {
  return GROUP.begins + Math.floor((tokens - GROUP.from) / GROUP.aSecond) + 1;
}

/** In the order of time. */
export const STORY: readonly Step[] = [
  { at: GROUP.begins, what: 'a group chat of demo-main grows by 4,000 tokens a second', alert: null, happen: nothing },
  {
    at: 8,
    what: 'the operator binds a chat to demo-support; its session stays in demo-main, as a stray',
    alert: 'OpenClawSessionsStray',
    happen: (host) => host.bind(),
  },
  {
    at: passes(TOKEN_THRESHOLDS.group.warning),
    what: `the group holds more than ${amount(TOKEN_THRESHOLDS.group.warning)} tokens`,
    alert: 'OpenClawSessionTokensHigh',
    happen: nothing,
  },
  {
    at: 13,
    what: 'the next message of the chat that was bound begins a second session, a duplicate',
    alert: 'OpenClawSessionsDuplicate',
    happen: (host, nowMs) => host.answerElsewhere(nowMs),
  },
  {
    at: 16,
    what: 'a line in the middle of two transcripts is damaged, one in a file and one in SQLite',
    alert: 'OpenClawSessionsCorrupted',
    happen(host) {
      host.support.damage(KEYS.damaged);
      host.desk.damage(KEYS.deskDamaged);
    },
  },
  {
    at: 20,
    what: 'a run of demo-desk hangs: the store says that it runs, and nothing is written',
    alert: 'OpenClawSessionStuck',
    happen: (host, nowMs) => host.hang(nowMs),
  },
  {
    at: passes(TOKEN_THRESHOLDS.group.critical),
    what: `the group holds more than ${amount(TOKEN_THRESHOLDS.group.critical)} tokens`,
    alert: 'OpenClawSessionTokensCritical',
    happen: nothing,
  },
  {
    at: GROUP.until,
    what: 'OpenClaw compacts the group: 14,000 tokens',
    alert: null,
    happen: (host, nowMs) => host.main.compact(KEYS.group, GROUP.after, nowMs),
  },
  {
    at: 90,
    what: 'the disk is full, and sessions.json of demo-support ends in the middle',
    alert: 'OpenClawStoreProblem',
    happen: (host) => host.support.breakIndex(),
  },
  {
    at: 120,
    what: 'the index is mended, and its alert resolves',
    alert: null,
    happen: (host) => host.support.mendIndex(),
  },
];

function nothing(): void {}

/** What happens in every second beside the steps: two sessions grow, and one of them is compacted whenever it is nearly full. */
export function everySecond(host: Host, second: number, nowMs: number): void {
  if (second > GROUP.begins && second < GROUP.until)
    host.main.run(KEYS.group, GROUP.from + GROUP.aSecond * (second - GROUP.begins), nowMs);
  const rise = Math.ceil((DESK.largest - DESK.after) / DESK.aSecond);
  const inRise = (second + Math.round((DESK.from - DESK.after) / DESK.aSecond)) % rise;
  if (inRise === 0) host.desk.compact(KEYS.deskMain, DESK.after, nowMs);
  else host.desk.run(KEYS.deskMain, DESK.after + DESK.aSecond * inRise, nowMs);
}
