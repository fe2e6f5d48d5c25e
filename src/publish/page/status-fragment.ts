import { type ReadableAgent, readableAgents, type Snapshot, type SnapshotSession } from '../../model/snapshot.ts';
import { foundTranscript } from '../../model/transcript.ts';
import { tokensSeverity } from '../../thresholds.ts';
import { configRemark, remarks } from '../remarks.ts';
import { verdictLine, verdicts } from '../verdicts.ts';
import { escapeHtml, htmlTable } from './html.ts';

const SHOWN = 50;

/** The part of the status page that comes from the snapshot. The scanning process renders it, as it renders the metrics. */
export function renderStatusFragment(snapshot: Snapshot, nowMs = Date.now()): string {
  if (snapshot.unreadable !== null) {
    return `<p class="critical">The OpenClaw state directory cannot be read (${snapshot.unreadable}): no session is known. Set <code>--openclaw.state-dir</code> to the directory that the gateway uses.</p>`;
  }
  const noteworthy = readableAgents(snapshot).flatMap(({ agent, sessions }) =>
    sessions.filter((session) => remarks(session).length > 0).map((session) => ({ agent, session })),
  );
  const sample = snapshot.sample
    ? '<p class="critical"><strong>This is a generated SAMPLE, no real OpenClaw state.</strong> No figure on this page is about real sessions.</p>\n'
    : '';
  const remark = configRemark(snapshot);
  const config = remark === null ? '' : `<p class="warning">${escapeHtml(remark)}</p>\n`;
  return `${sample}${config}${verdictList(snapshot, nowMs)}${agentsTable(snapshot)}\n${leftOut(snapshot)}${sessionsTable(noteworthy)}`;
}

/** What would be alerts. A check that fails stands in the part of the page that the parent makes. */
function verdictList(snapshot: Snapshot, nowMs: number): string {
  const all = verdicts(snapshot, { nowMs, checks: [] });
  const more = all.length > SHOWN ? `<p>${all.length - SHOWN} more are not shown here.</p>\n` : '';
  const lines = all
    .slice(0, SHOWN)
    .map((each) => `<p class="${each.severity ?? 'look'}">${escapeHtml(verdictLine(each))}</p>\n`);
  return lines.join('') + more;
}

function agentsTable({ agents }: Snapshot): string {
  return htmlTable(
    'Agents',
    ['agent', 'layout', 'readable', 'problems', 'sessions', 'archived', 'corrupted'],
    agents.map((store) => [
      store.agent,
      store.layout,
      store.readable ? 'yes' : 'NO',
      store.problems.join(', '),
      ...(store.readable ? counts(store) : ['', '', '']),
    ]),
  );
}

/** What is in no figure. Folders that may not be entered, as `lost+found`, are told in the log only. */
function leftOut({ unusedDatabases, passedOver }: Snapshot): string {
  const lines = [
    ...unusedDatabases.map(
      ({ agent, place, sessions }) =>
        `A database of agent ${agent} with ${sessions} sessions is not used (${place}): OpenClaw reads another one, or the agent is not in its config.`,
    ),
    ...passedOver
      .filter(({ why }) => why === 'transcripts')
      .map(
        ({ folder }) =>
          `agents/${folder} holds transcripts, and neither index nor database: for OpenClaw, whose config does not list it, it is no agent.`,
      ),
  ];
  return lines.map((line) => `<p class="warning">${escapeHtml(line)}</p>\n`).join('');
}

function counts({ sessions, archived }: ReadableAgent): string[] {
  return [sessions.length, archived, sessions.filter(isCorrupted).length].map(String);
}

function sessionsTable(noteworthy: readonly { agent: string; session: SnapshotSession }[]): string {
  if (noteworthy.length === 0) return '<p>No session is over a threshold or has a finding.</p>';
  const more = noteworthy.length > SHOWN ? `<p>${noteworthy.length - SHOWN} more are not shown here.</p>` : '';
  const rows = noteworthy
    .toSorted((a, b) => rank(a.session) - rank(b.session))
    .slice(0, SHOWN)
    .map(({ agent, session }) => [
      agent,
      session.labels?.session ?? '(no series)',
      session.session.kind,
      amount(session.session.tokens),
      amount(session.session.window),
      amount(foundTranscript(session.session)?.bytes ?? null),
      remarks(session).join(', '),
    ]);
  const head = ['agent', 'session', 'kind', 'tokens', 'window', 'transcript bytes', 'why'];
  return `${htmlTable('Sessions to look at', head, rows)}\n${more}`;
}

function isCorrupted({ findings }: SnapshotSession): boolean {
  return findings.some(({ finding }) => finding === 'corrupted');
}

/** The worst first: what fails now, then what is broken, then what will fail. */
function rank({ session, findings }: SnapshotSession): number {
  const severity = tokensSeverity(session);
  if (severity === 'critical') return 0;
  if (findings.length > 0) return 1;
  return severity === 'warning' ? 2 : 3;
}

function amount(value: number | null): string {
  return value === null ? '' : value.toLocaleString('en-US');
}
