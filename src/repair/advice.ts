import type { Finding } from '../model/finding.ts';
import { eraOf } from '../model/layout.ts';
import type { ReadableAgent, SnapshotSession } from '../model/snapshot.ts';
import { archiveCommand, gatewayCall, inspectCommand, listCommand, shellQuoted } from '../openclaw/commands.ts';
import { tokensSeverity } from '../thresholds.ts';

/** A session that OpenClaw's own commands are for, with these commands in the order in which they are used. */
export interface Advice {
  readonly agent: string;
  readonly key: string;
  readonly label: string | null;
  /** What is wrong, as `corrupted invalid_json`, `context critical`. */
  readonly why: readonly string[];
  /** A sentence, or a command, each on a line of its own; commands begin with `openclaw`. */
  readonly steps: readonly string[];
}

/**
 * What can be done about a session that `repair` does not change; null: nothing is wrong with it. Nothing of it is run.
 * `key`: what stands for the session's key in the commands.
 */
export function adviceFor(agent: ReadableAgent, published: SnapshotSession, key: string): Advice | null {
  const { session, labels, findings } = published;
  const why = findings.map(({ finding, reason }) => (reason === null ? finding : `${finding} ${reason}`));
  const isFull = tokensSeverity(session) === 'critical';
  if (why.length === 0 && !isFull) return null;
  const has = (name: string) => findings.some(({ finding }) => finding === name);
  const name = nameIn(published, key);
  const steps = [
    ...stepsFor(agent, findings, key),
    ...(has('stray') || has('duplicate') ? misplaced(agent, { key, name }, findings) : []),
    ...(isFull ? oversized(agent, { key, name }) : []),
  ];
  if (steps.length === 0) return null;
  return {
    agent: agent.agent,
    key: session.key,
    label: labels?.session ?? null,
    why: isFull ? [...why, 'context critical'] : why,
    steps,
  };
}

/** What stands for a session in OpenClaw's commands, and in those of the exporter, which take its label, too. */
interface Names {
  readonly key: string;
  readonly name: string;
}

/** How the exporter's own commands name a session: by its label, unless its key may be shown. */
export function nameIn({ session, labels }: SnapshotSession, key: string): string {
  return key === session.key ? key : (labels?.session ?? key);
}

/** About findings that are not about where a session belongs; a file's corrupted entry is for `repair`. */
export function stepsFor(agent: ReadableAgent, findings: readonly Finding[], key: string): string[] {
  const has = (name: string) => findings.some(({ finding }) => finding === name);
  return [
    ...(has('corrupted') && eraOf(agent.layout) === 'sqlite' ? corrupted(agent, key) : []),
    ...(has('stuck') ? STUCK : []),
    ...(has('collision') ? COLLISION : []),
  ];
}

function corrupted({ agent, version }: ReadableAgent, key: string): string[] {
  return [
    'Start the gateway once, and scan again: a start repairs some rows.',
    inspectCommand(agent),
    'It counts rows, and does not report a damaged row or event. Copy the database with its -wal and -shm before you go on.',
    archiveCommand(key, agent),
    'Then without --dry-run: the session is hidden and everything is kept; the next message starts fresh.',
    listCommand(agent, version),
    'Never change a row by SQL: a manual UPDATE of session_nodes makes direct messages fail without an error.',
  ];
}

const STUCK = [
  'A long tool may be at work: wait for it, or send /stop in that conversation.',
  'openclaw gateway status',
  'Restart the gateway, and scan again: a restart ends what a crash left. A message in that conversation stores a new status.',
];

const COLLISION = [
  'Two writers mix their messages in one transcript: copy it before you do anything else, and remove neither key.',
];

function misplaced(
  { agent, layout, version }: ReadableAgent,
  { key, name }: Names,
  findings: readonly Finding[],
): string[] {
  const look = [
    listCommand(agent, version),
    'Decide which agent the conversation belongs to (scan --explain says what the bindings choose), and extract what matters first.',
  ];
  if (findings.some(({ finding }) => finding === 'collision')) return look;
  if (eraOf(layout) === 'sqlite')
    return [
      ...look,
      archiveCommand(key, agent),
      'Then without --dry-run: the session is hidden and everything is kept.',
    ];
  const own = [
    'Or take it out of the index, which leaves the transcript where it is:',
    `openclaw-store-exporter repair --agent ${shellQuoted(agent)} --session ${shellQuoted(name)}`,
  ];
  // The gateway goes to the store of the agent that the key names.
  if (findings.some(({ reason }) => reason === 'wrong_store')) return [...look, ...own];
  return [
    ...look,
    gatewayCall('delete', key),
    'It renames the transcript to …jsonl.deleted.…, which OpenClaw removes later: copy it first.',
    ...own,
  ];
}

/** Whether a step is a command, and not a sentence. */
export function isCommand(step: string): boolean {
  return /^openclaw(-store-exporter)? /.test(step);
}

/** About a context that is too large. */
export function oversized({ agent }: ReadableAgent, { key, name }: Names): string[] {
  return [
    'Extract what matters first:',
    `openclaw-store-exporter extract --agent ${shellQuoted(agent)} --session ${shellQuoted(name)} --out session.md`,
    'Then let OpenClaw summarise it:',
    gatewayCall('compact', key),
    'Where that is not enough, a reset lets the next message start fresh; the old transcript stays as an archive or an orphan.',
    gatewayCall('reset', key),
  ];
}
