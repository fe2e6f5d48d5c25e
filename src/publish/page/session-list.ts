import { readableAgents, type Snapshot, type SnapshotSession } from '../../model/snapshot.ts';
import { foundTranscript } from '../../model/transcript.ts';
import { ALERT_OF_FINDING, type JudgedSession, limitOf, rankedSessions, whyShown } from '../judged-sessions.ts';
import { meaningOf, routingAdvice } from '../session-advice.ts';
import { amount, bytesInWords, minuteOf, shareOf } from '../words.ts';
import { foldedList, type Markup, markup, when } from './markup.ts';
import { runbook } from './runbook.ts';

/** The others can be opened, and of what is more than this only the number is there. */
const OPEN = 20;
const SHOWN = 50;

interface ListOptions {
  readonly runbookUrl: string | null;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** The sessions with their contexts against their limits: the worst first, then the fullest. */
export function sessionList(snapshot: Snapshot, { runbookUrl, nowMs }: ListOptions): Markup {
  const all = rankedSessions(readableAgents(snapshot), nowMs);
  if (all.length === 0) return markup`<section><h2>Sessions</h2><p>There is no session.</p></section>`;
  const items = all.slice(0, SHOWN).map((listed) => item(listed, runbookUrl));
  const explain = all.some(({ needsLook }) => needsLook)
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

function item(judged: JudgedSession, runbookUrl: string | null): Markup {
  const { published, severity } = judged;
  const { agent } = judged.agent;
  const { session, labels, findings } = published;
  const bytes = foundTranscript(session)?.bytes ?? null;
  const facts = [
    ...(bytes === null ? [] : [bytesInWords(bytes)]),
    ...(session.lastActivityMs === null ? [] : [`last active ${minuteOf(session.lastActivityMs)}`]),
  ];
  const of = [agent, session.kind, labels?.channel, labels?.model].filter((each) => typeof each === 'string');
  const why = whyShown(judged);
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
