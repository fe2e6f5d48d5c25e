import { readableAgents, type Snapshot, type SnapshotSession } from '../../model/snapshot.ts';
import { foundTranscript } from '../../model/transcript.ts';
import { isTranscriptLarge, tokensSeverity } from '../../thresholds.ts';
import { amount } from '../amount.ts';
import { remarks } from '../remarks.ts';
import { ALERT_OF_FINDING } from '../verdicts.ts';
import { type Markup, markup, when } from './markup.ts';
import { runbook } from './runbook.ts';
import { bytesInWords, minuteOf } from './words.ts';

const SHOWN = 50;

interface Listed {
  readonly agent: string;
  readonly session: SnapshotSession;
  /** Of its limit; null: its tokens are not known. */
  readonly share: number | null;
  readonly rank: number;
}

/** The sessions with their contexts against their limits: the worst first, then the fullest. */
export function sessionList(snapshot: Snapshot, runbookUrl: string | null): Markup {
  const all = readableAgents(snapshot).flatMap(({ agent, sessions }) =>
    sessions.map((session): Listed => ({ agent, session, share: shareOf(session), rank: rank(session) })),
  );
  if (all.length === 0) return markup`<section><h2>Sessions</h2><p>There is no session.</p></section>`;
  const items = all
    .toSorted((one, other) => one.rank - other.rank || (other.share ?? -1) - (one.share ?? -1))
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
<ul class="sessions">
${items}
</ul>${rest}</section>`;
}

function item({ agent, session: published, share }: Listed, runbookUrl: string | null): Markup {
  const { session, labels, findings } = published;
  const bytes = foundTranscript(session)?.bytes ?? null;
  const facts = [
    ...(bytes === null ? [] : [bytesInWords(bytes)]),
    ...(session.lastActivityMs === null ? [] : [`last active ${minuteOf(session.lastActivityMs)}`]),
  ];
  const of = [agent, session.kind, labels?.channel, labels?.model].filter((each) => typeof each === 'string');
  const why = remarks(published);
  const alerts = [...new Set(findings.map(({ finding }) => ALERT_OF_FINDING[finding]))];
  const links = alerts.map((alert) => markup` ${runbook(alert, runbookUrl)}`);
  return markup`<li class="${tokensSeverity(session) ?? (findings.length > 0 ? 'warning' : 'quiet')}">
<div><code>${labels?.session ?? '(no series)'}</code><small>${of.join(' · ')}</small></div>
<div>${bar(published, share)}<small>${facts.join(' · ')}</small></div>
${when(why.length > 0, () => markup`<p>${why.join(', ')}${links}</p>`)}</li>`;
}

function bar({ session }: SnapshotSession, share: number | null): Markup {
  const limit = limitOf(session);
  if (session.tokens === null) return markup`<span>tokens are not known</span>`;
  const { warning, critical } = session.thresholds.tokens;
  const words = `${amount(session.tokens)} of ${amount(limit)} tokens`;
  const percent = share === null ? '' : ` (${Math.round(share * 100)} %)`;
  return markup`<meter min="0" max="${limit}" low="${Math.min(warning, limit)}" high="${Math.min(critical, limit)}" optimum="0" value="${session.tokens}" aria-label="${words}"></meter><span>${words}${percent}</span>`;
}

/** The window, where the model's is known; else its critical threshold. */
function limitOf({ window, thresholds }: SnapshotSession['session']): number {
  return window === null || window <= 0 ? thresholds.tokens.critical : window;
}

function shareOf({ session }: SnapshotSession): number | null {
  return session.tokens === null ? null : session.tokens / limitOf(session);
}

const QUIET = 4;

/** What fails now, then what is broken, then what will fail. */
function rank({ session, findings }: SnapshotSession): number {
  const severity = tokensSeverity(session);
  if (severity === 'critical') return 0;
  if (findings.length > 0) return 1;
  if (severity === 'warning') return 2;
  return isTranscriptLarge(session) ? QUIET - 1 : QUIET;
}
