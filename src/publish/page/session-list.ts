import { readableAgents, type Snapshot, type SnapshotSession } from '../../model/snapshot.ts';
import { foundTranscript } from '../../model/transcript.ts';
import { IDLE_SECONDS, inWords, isTranscriptLarge, type Severity, tokensSeverity } from '../../thresholds.ts';
import { remarks } from '../remarks.ts';
import { meaningOf, routingAdvice } from '../session-advice.ts';
import { ALERT_OF_FINDING } from '../verdicts.ts';
import { amount, bytesInWords, minuteOf, shareOf } from '../words.ts';
import { foldedList, type Markup, markup, when } from './markup.ts';
import { runbook } from './runbook.ts';

/** The others can be opened, and of what is more than this only the number is there. */
const OPEN = 20;
const SHOWN = 50;

interface Listed {
  readonly agent: string;
  readonly session: SnapshotSession;
  /** Of its limit; null: its tokens are not known. */
  readonly fullness: number | null;
  /** As severe as the alerts that it is part of, as the rules see it; null: none. */
  readonly severity: Severity | null;
  readonly rank: number;
}

interface ListOptions {
  readonly runbookUrl: string | null;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** The sessions with their contexts against their limits: the worst first, then the fullest. */
export function sessionList(snapshot: Snapshot, { runbookUrl, nowMs }: ListOptions): Markup {
  const all = readableAgents(snapshot).flatMap(({ agent, sessions }) =>
    sessions.map((session): Listed => {
      const severity = severityOf(session, nowMs);
      return { agent, session, fullness: fullnessOf(session), severity, rank: rank(session, severity, nowMs) };
    }),
  );
  if (all.length === 0) return markup`<section><h2>Sessions</h2><p>There is no session.</p></section>`;
  const items = all
    .toSorted((one, other) => one.rank - other.rank || (other.fullness ?? -1) - (one.fullness ?? -1))
    .slice(0, SHOWN)
    .map((listed) => item(listed, runbookUrl));
  const explain = all.some((listed) => listed.rank < QUIET)
    ? markup`<p>Each of them in full, with commands: <code>openclaw-store-exporter scan --explain SESSION</code></p>`
    : markup`<p>No session is over a threshold or has a finding.</p>`;
  const rest = when(
    all.length > SHOWN,
    () =>
      markup`<p>${amount(all.length - SHOWN)} more, none of them worse, are not shown here: see the metrics, or <code>scan</code>.</p>`,
  );
  return markup`<section><h2>Sessions</h2>
${explain}
${foldedList('sessions', items, OPEN)}${rest}</section>`;
}

function item({ agent, session: published, severity }: Listed, runbookUrl: string | null): Markup {
  const { session, labels, findings } = published;
  const bytes = foundTranscript(session)?.bytes ?? null;
  const facts = [
    ...(bytes === null ? [] : [bytesInWords(bytes)]),
    ...(session.lastActivityMs === null ? [] : [`last active ${minuteOf(session.lastActivityMs)}`]),
  ];
  const of = [agent, session.kind, labels?.channel, labels?.model].filter((each) => typeof each === 'string');
  const why = [...remarks(published), ...restsIn(published, severity)];
  const alerts = [...new Set(findings.map(({ finding }) => ALERT_OF_FINDING[finding]))];
  const links = alerts.map((alert) => markup` ${runbook(alert, runbookUrl)}`);
  return markup`<li class="${severity ?? 'quiet'}">
<div><code>${labels?.session ?? '(no series)'}</code><small>${of.join(' · ')}</small></div>
<div>${bar(published)}<small>${facts.join(' · ')}</small></div>
${when(why.length > 0, () => markup`<p>${why.join(', ')}${links}${advice(published)}</p>`)}</li>`;
}

/** What the findings mean, and what to think of first. Commands need the key, which is not for a page. */
function advice({ session, findings }: SnapshotSession): readonly Markup[] {
  const words = [
    ...new Set(findings.flatMap((finding) => meaningOf(finding, session.era) ?? [])),
    ...routingAdvice(findings),
  ];
  return when(words.length > 0, () => markup`<small>${words.join(' ')}</small>`);
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

/** The window, where the model's is known; else its critical threshold. */
function limitOf({ window, thresholds }: SnapshotSession['session']): number {
  return window === null || window <= 0 ? thresholds.tokens.critical : window;
}

function fullnessOf({ session }: SnapshotSession): number | null {
  return session.tokens === null ? null : session.tokens / limitOf(session);
}

const LARGE = 3;
const RESTING = 4;
const QUIET = 5;

/** What fails now, then what is broken, then what will fail; then what nobody uses. */
function rank(published: SnapshotSession, severity: Severity | null, nowMs: number): number {
  const { session, findings } = published;
  if (severity === 'critical') return 0;
  if (findings.length > 0 && isUsed(session, IDLE_SECONDS.finding, nowMs)) return 1;
  if (severity === 'warning') return tokensSeverity(session) === null ? LARGE : 2;
  return remarks(published).length > 0 ? RESTING : QUIET;
}

function severityOf({ session, findings }: SnapshotSession, nowMs: number): Severity | null {
  const severity = tokensSeverity(session);
  if (severity === 'critical' && isUsed(session, IDLE_SECONDS.critical, nowMs)) return 'critical';
  const isWarned = severity !== null || isTranscriptLarge(session);
  if (isWarned && isUsed(session, IDLE_SECONDS.warning, nowMs)) return 'warning';
  return findings.length > 0 && isUsed(session, IDLE_SECONDS.finding, nowMs) ? 'warning' : null;
}

/** One without a known activity is in use, as for the rules. */
function isUsed({ lastActivityMs }: SnapshotSession['session'], idleSeconds: number, nowMs: number): boolean {
  return nowMs - (lastActivityMs ?? nowMs) <= idleSeconds * 1000;
}

/** Why it raises less than its figures say. */
function restsIn(published: SnapshotSession, severity: Severity | null): string[] {
  const { session, findings } = published;
  if (severity === null && remarks(published).length > 0)
    return [`no alert, since nobody used it for ${inWords(IDLE_SECONDS[findings.length > 0 ? 'finding' : 'warning'])}`];
  return severity === 'warning' && tokensSeverity(session) === 'critical'
    ? [`no page, since nobody used it for ${inWords(IDLE_SECONDS.critical)}`]
    : [];
}
