import type { Finding } from '../model/finding.ts';
import { eraOf } from '../model/layout.ts';
import type { ReadableAgent, SnapshotSession } from '../model/snapshot.ts';
import {
  archiveCommand,
  DOCTOR_COMMAND,
  gatewayCall,
  inspectCommand,
  listCommand,
  shellQuoted,
} from '../openclaw/commands.ts';
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
 * `key`: what stands for the session's key in the commands. `indexPath`: of the agent's `sessions.json`.
 */
export function adviceFor(
  agent: ReadableAgent,
  published: SnapshotSession,
  key: string,
  indexPath: string | null,
): Advice | null {
  const { session, labels, findings } = published;
  const why = findings.map(({ finding, reason }) => (reason === null ? finding : `${finding} ${reason}`));
  const isFull = tokensSeverity(session) === 'critical';
  if (why.length === 0 && !isFull) return null;
  const has = (name: string) => findings.some(({ finding }) => finding === name);
  const name = nameIn(published, key);
  const steps = [
    ...stepsFor(agent, findings, { key, indexPath }),
    ...(has('stray') || has('duplicate') ? misplaced(agent, published, { key, name }, indexPath) : []),
    ...(isFull ? oversized(agent, published, { key, name }) : []),
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
export interface Names {
  readonly key: string;
  readonly name: string;
}

/** How the exporter's own commands name a session: by its label, unless its key may be shown. */
export function nameIn({ session, labels }: SnapshotSession, key: string): string {
  return key === session.key ? key : (labels?.session ?? key);
}

interface AdviceInput {
  /** What stands for the session's key in the commands. */
  readonly key: string;
  readonly indexPath: string | null;
}

/** About findings that are not about where a session belongs. */
export function stepsFor(agent: ReadableAgent, findings: readonly Finding[], input: AdviceInput): string[] {
  const found = new Set<string>(findings.map(({ finding }) => finding));
  return Object.entries(STEPS).flatMap(([finding, steps]) => (found.has(finding) ? steps(agent, input) : []));
}

/** In the order in which they are told. */
const STEPS = {
  // A file's corrupted entry is for `repair`.
  corrupted: (agent, input) => (eraOf(agent.layout) === 'sqlite' ? corrupted(agent, input) : []),
  stuck: () => STUCK,
  collision: () => COLLISION,
  // Where a session belongs is in `removal`.
  duplicate: () => [],
  stray: () => [],
} as const satisfies Record<Finding['finding'], (agent: ReadableAgent, input: AdviceInput) => readonly string[]>;

function corrupted({ agent, version }: ReadableAgent, { key, indexPath }: AdviceInput): string[] {
  return [
    'Start the gateway once, and scan again: a start repairs some rows.',
    inspectCommand(agent),
    'It counts rows, and does not report a damaged row or event. Copy the database with its -wal and -shm before you go on.',
    archiveCommand(key, agent),
    'Then without --dry-run: the session is hidden and everything is kept; the next message starts fresh.',
    listCommand(agent, version, indexPath),
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

function misplaced(agent: ReadableAgent, published: SnapshotSession, names: Names, indexPath: string | null): string[] {
  return [
    listCommand(agent.agent, agent.version, indexPath),
    'Decide which agent the conversation belongs to (scan --explain says what the bindings choose), and extract what matters first.',
    ...removal(agent, published, names),
  ];
}

/** How a session goes that is not meant to be where it is, without losing what it or another one holds. */
export function removal(agent: ReadableAgent, published: SnapshotSession, names: Names): string[] {
  const { findings } = published;
  // Two keys share a transcript: removing one would take it from the other.
  if (findings.some(({ finding }) => finding === 'collision')) return [];
  if (hasAlias(published)) return oneOfTwoKeys(agent, published, names);
  const isOfAnother = isInWrongStore(published);
  if (isOfAnother && eraOf(agent.layout) === 'sqlite')
    return [
      'OpenClaw has no command for it: with this key it looks in the store of another agent. Extract what matters:',
      extractCommand(agent, names),
    ];
  if (eraOf(agent.layout) === 'sqlite')
    return [
      'Or archive it, first with --dry-run: it is hidden, and everything is kept.',
      archiveCommand(names.key, agent.agent),
    ];
  const own = [
    'Or take it out of the index, which leaves the transcript where it is; nothing is changed without --apply:',
    repairCommand(agent, names),
  ];
  if (isOfAnother) return own;
  return [
    'Or delete it: copy its transcript, which becomes …jsonl.deleted.… and is removed later; then, with the gateway running,',
    gatewayCall('delete', names.key),
    ...own,
  ];
}

/** The gateway goes to the store of the agent that the key names, and so to a session of that agent. */
function isInWrongStore({ findings, ignored }: SnapshotSession): boolean {
  return [...findings, ...ignored].some(({ reason }) => reason === 'wrong_store');
}

/** Also where the config file ignores it: OpenClaw takes the two keys for one all the same. */
function hasAlias({ findings, ignored }: SnapshotSession): boolean {
  return [...findings, ...ignored].some(({ finding, reason }) => finding === 'duplicate' && reason === 'alias');
}

/**
 * OpenClaw's own commands know no single one of two such keys: 2026.7.35 turns the key of `sessions.delete` into the one that
 * it uses today, removes the entries of both, and renames the transcript of the one that was written last. 2026.9.6 archives by the
 * same key. Both refuse a main session.
 */
function oneOfTwoKeys(agent: ReadableAgent, published: SnapshotSession, names: Names): string[] {
  if (eraOf(agent.layout) === 'sqlite')
    return [
      'OpenClaw takes both keys for one session: its commands that archive or delete act on both, or refuse the main session. Use neither here.',
      'Extract what matters:',
      extractCommand(agent, names),
      'Then stop the gateway, copy the state directory, and let OpenClaw join the two keys:',
      DOCTOR_COMMAND,
    ];
  const never =
    'OpenClaw takes both keys for one session: its sessions.delete removes both entries, or refuses the main session. Do not use it here.';
  if (!isUnused(agent, published))
    return [never, 'Leave this key: nothing shows that the other one took its place. Explain that one, too.'];
  return [
    never,
    'The other key was active later. Extract what matters of this one:',
    extractCommand(agent, names),
    'Then take this entry alone out of the index. The other key and both transcripts stay, and nothing is changed without --apply:',
    repairCommand(agent, names),
  ];
}

/** A key that OpenClaw uses today was active later: of two keys in the old form both may be in use. */
function isUnused({ sessions }: ReadableAgent, { session }: SnapshotSession): boolean {
  return sessions.some(
    (other) =>
      other.session.canonicalKey === session.canonicalKey &&
      hasAlias(other) &&
      (other.session.key.startsWith('agent:') || !session.key.startsWith('agent:')) &&
      (other.session.lastActivityMs ?? 0) > (session.lastActivityMs ?? 0),
  );
}

/** Shows what would be taken out of an index. */
export function repairCommand({ agent }: ReadableAgent, { name }: Names): string {
  return `openclaw-store-exporter repair --agent ${shellQuoted(agent)} --session ${shellQuoted(name)}`;
}

function extractCommand({ agent }: ReadableAgent, { name }: Names): string {
  return `openclaw-store-exporter extract --agent ${shellQuoted(agent)} --session ${shellQuoted(name)} --out session.md`;
}

/** Whether a step is a command, and not a sentence. */
export function isCommand(step: string): boolean {
  return /^openclaw(-store-exporter)? /.test(step);
}

/** About a context that is too large. */
export function oversized(agent: ReadableAgent, published: SnapshotSession, names: Names): string[] {
  const { key } = names;
  const first = ['Extract what matters first:', extractCommand(agent, names)];
  if (isInWrongStore(published))
    return [...first, 'Nothing makes it smaller: with this key OpenClaw looks in the store of another agent.'];
  return [
    ...first,
    ...(hasAlias(published)
      ? ['A compaction or a reset is of the key that was active last, and may drop the entry of the other one.']
      : []),
    'Then let OpenClaw summarise it:',
    gatewayCall('compact', key),
    'Where that is not enough, a reset lets the next message start fresh; the old transcript stays as an archive or an orphan.',
    gatewayCall('reset', key),
  ];
}
