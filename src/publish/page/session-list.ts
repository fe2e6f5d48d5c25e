import { readableAgents, type Snapshot, type SnapshotSession } from '../../model/snapshot.ts';
import { foundTranscript } from '../../model/transcript.ts';
import { type AlertOfMoment, FIRST_STEP } from '../first-step.ts';
import { type JudgedSession, limitOf, rankedSessions, whyShown } from '../judged-sessions.ts';
import { ALERT_OF_FINDING, remarks } from '../remarks.ts';
import { meaningOf, routingAdvice } from '../session-advice.ts';
import { amount, bytesInWords, minuteOf, shareOf } from '../words.ts';
import { foldedList, type Markup, markup, when } from './markup.ts';
import { runbook } from './runbook.ts';

/** The others can be opened, and of what is more than this only the number is there. */
const OPEN = 20;
const SHOWN = 50;

interface ListOptions {
  readonly runbooks: string | null;
  /** The label of a key, also where its session has no series. */
  readonly labelOf: (key: string) => string;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** The sessions with their contexts against their limits: the worst first, then the fullest. */
export function sessionList(snapshot: Snapshot, options: ListOptions): Markup {
  const agents = readableAgents(snapshot);
  const count = agents.reduce((sum, { sessions }) => sum + sessions.length, 0);
  if (count === 0) return markup`<section><h2>Sessions</h2><p>There is no session.</p></section>`;
  const worst = rankedSessions(agents, options.nowMs, SHOWN);
  const items = worst.map((listed) => item(listed, options));
  const explain = worst.some(({ needsLook }) => needsLook)
    ? markup`<p>Each of them in full, with commands: <code>openclaw-store-exporter scan --explain SESSION</code></p>`
    : markup`<p>No session is over a threshold or has a finding.</p>`;
  const rest = when(
    count > SHOWN,
    () => markup`<p>And ${amount(count - SHOWN)} more, none of them worse: see the metrics, or <code>scan</code>.</p>`,
  );
  return markup`<section><h2>Sessions</h2>
${explain}
${foldedList('sessions', items, OPEN)}${rest}</section>`;
}

function item(judged: JudgedSession, { runbooks, labelOf }: ListOptions): Markup {
  const { published, severity } = judged;
  const { agent } = judged.agent;
  const { session, labels } = published;
  const bytes = foundTranscript(session)?.bytes ?? null;
  const facts = [
    ...(bytes === null ? [] : [bytesInWords(bytes)]),
    ...(session.lastActivityMs === null ? [] : [`last active ${minuteOf(session.lastActivityMs)}`]),
  ];
  const of = [agent, session.kind, labels?.channel, labels?.model].filter((each) => typeof each === 'string');
  const why = whyShown(judged).join(', ');
  const remarked = remarks(published).map(({ alert }) => alert);
  const raised = judged.alerts.map(({ alert }) => alert);
  return markup`<li class="${severity ?? 'quiet'}">
<div><code>${labels?.session ?? labelOf(session.key)}</code><small>${of.join(' · ')}</small></div>
<div>${bar(published)}<small>${facts.join(' · ')}</small></div>
${when(remarked.length + raised.length > 0, () => markup`<p>${why === '' ? '' : `${why} · `}${alertsOf(raised, remarked, runbooks)}${advice(published, remarked.length > 0 ? remarked : raised)}</p>`)}</li>`;
}

/** The alerts that the rules raise for it. What it is shown for and raises none has the link to a runbook alone. */
function alertsOf(raised: readonly string[], remarked: readonly string[], runbooks: string | null): Markup {
  const names = raised.map((alert) => markup` ${runbook(alert, runbooks)}`);
  const silent = [...new Set(remarked)].filter((alert) => !raised.includes(alert));
  const links = silent.map((alert) => markup` ${runbook(alert, runbooks, 'Runbook')}`);
  return markup`Alerts:${names.length === 0 ? ' none' : names}${when(links.length > 0, () => markup` ·${links}`)}`;
}

/** What the findings mean, and what to do first about each alert. Commands need the key, which is not for a page. */
function advice(published: SnapshotSession, alerts: readonly AlertOfMoment[]): readonly Markup[] {
  const { session, findings } = published;
  const advised: readonly string[] = findings
    .filter((each) => routingAdvice([each]).length > 0)
    .map(({ finding }) => ALERT_OF_FINDING[finding]);
  const words = [
    ...findings.flatMap((finding) => meaningOf(finding, session.era) ?? []),
    ...routingAdvice(findings),
    ...alerts.flatMap((alert) => (advised.includes(alert) ? [] : FIRST_STEP[alert])),
  ];
  return when(words.length > 0, () => markup`<small>${[...new Set(words)].join(' ')}</small>`);
}

function bar({ session }: SnapshotSession): Markup {
  const limit = limitOf(session);
  if (session.tokens === null) return markup`<span>tokens are not known</span>`;
  const { warning, critical } = session.thresholds.tokens;
  // A full context is red, also where the window is below the thresholds.
  const high = Math.min(critical, limit - 1);
  const low = Math.min(warning, session.effectiveWindow ?? limit, high);
  const words = `${amount(session.tokens)} of ${amount(limit)} tokens`;
  return markup`<meter min="0" max="${limit}" low="${low}" high="${high}" optimum="0" value="${session.tokens}" aria-label="${words}"></meter><span>${words} (${shareOf(session.tokens, limit)})</span>`;
}
