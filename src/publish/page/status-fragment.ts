import { readableAgents, type Snapshot } from '../../model/snapshot.ts';
import type { Severity } from '../../thresholds.ts';
import { notLookedInto } from '../left-out.ts';
import { configRemark } from '../remarks.ts';
import { remedyOf, UNREADABLE } from '../unreadable.ts';
import { isRaised, type Verdict } from '../verdicts.ts';
import { amount, counted } from '../words.ts';
import { markup, when } from './markup.ts';
import { runbookBase } from './runbook.ts';
import { sessionList } from './session-list.ts';
import { storeList } from './store-list.ts';
import { verdictLines, verdictList } from './verdict-list.ts';

/** The part of the status page that comes from the snapshot. The scanning process renders it, as it renders the metrics. */
export interface StatusFragment {
  /** As severe as the most severe alert that the figures would raise; null: none. */
  readonly severity: Severity | null;
  /** Is all well, in a sentence. */
  readonly headline: string;
  /** HTML: what to know of the figures before they are read; empty: nothing. */
  readonly below: string;
  /** HTML. */
  readonly html: string;
  /** false: the state directory could not be read. */
  readonly couldLook: boolean;
}

export interface FragmentOptions {
  /** What would be alerts, without the checks that failed: those are told by the part of the page that the parent makes. */
  readonly raised: readonly Verdict[];
  /** Where the runbooks are served; null: nobody said. */
  readonly runbookUrl: string | null;
  /** The label of a key, also where its session has no series. */
  readonly labelOf: (key: string) => string;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

export function renderStatusFragment(
  snapshot: Snapshot,
  { raised, runbookUrl, labelOf, nowMs }: FragmentOptions,
): StatusFragment {
  if (snapshot.unreadable !== null) {
    const { what } = UNREADABLE[snapshot.unreadable];
    const remedy = remedyOf(snapshot.unreadable, snapshot);
    return {
      severity: 'critical',
      headline: `No session is known: the OpenClaw state directory ${what}.`,
      below: '',
      couldLook: false,
      html: markup`<p class="note">${remedy} Which one was looked at, and why, is said below.</p>`.html,
    };
  }
  const remark = configRemark(snapshot);
  const runbooks = runbookBase(runbookUrl);
  const [toDo, toKnow] = parted(raised, ({ severity }) => severity !== 'info');
  // Of these sessions other alerts say nothing.
  const [unseen, others] = parted(toKnow, ({ alert }) => alert === 'OpenClawSessionsWithoutSeries');
  const parts = [
    ...when(
      snapshot.sample,
      () =>
        markup`<p class="note critical"><b>This is a generated SAMPLE, no real OpenClaw state.</b> No figure on this page is about real sessions.</p>`,
    ),
    ...when(remark !== null, () => markup`<p class="note warning">${remark ?? ''}</p>`),
    verdictList('What to do', toDo, runbooks),
    sessionList(snapshot, { runbooks, labelOf, nowMs }),
    storeList(snapshot),
    verdictList('Good to know', others, runbooks),
  ];
  return {
    severity: raised.find(isRaised)?.severity ?? null,
    headline: headline(raised, snapshot),
    below: verdictLines(unseen, runbooks).html,
    html: markup`${parts}`.html,
    couldLook: true,
  };
}

function headline(all: readonly Verdict[], snapshot: Snapshot): string {
  const [worst, ...others] = all.filter(isRaised);
  if (worst === undefined) {
    const closed = notLookedInto(snapshot);
    return `All is well: ${inventory(snapshot)}.${closed === null ? '' : ` ${closed}`}`;
  }
  const more = others.length === 0 ? '' : `, and ${amount(others.length)} more`;
  const whose = worst.agent === null ? '' : `agent ${worst.agent}: `;
  return `${worst.severity === 'critical' ? 'Needs you now' : 'Needs you this week'}: ${whose}${worst.text}${more}.`;
}

function parted<Item>(all: readonly Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  return [all.filter(isFirst), all.filter((item) => !isFirst(item))];
}

function inventory(snapshot: Snapshot): string {
  const count = readableAgents(snapshot).reduce((sum, { sessions }) => sum + sessions.length, 0);
  const agents = counted(snapshot.agents.length, 'agent');
  return `${counted(count, 'session')} of ${agents}, and nothing that would raise a warning or a page`;
}
