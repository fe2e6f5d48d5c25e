/** OpenClaw's own commands as its versions have them. The exporter prints them and runs none. */
import { printable } from '../printable.ts';
import { has } from './versions.ts';

/** What a printed command needs beside its own words to find the state directory that this run looked at; for a POSIX shell. */
export interface CommandPlace {
  /** Flags of the exporter's own commands. */
  readonly flags: readonly string[];
  /** Assignments in front of OpenClaw's commands. */
  readonly variables: readonly string[];
}

/** A command that finds what this run found, wherever it is pasted; what is no command stays as it is. */
export function inPlace(step: string, { flags, variables }: CommandPlace): string {
  if (step.startsWith('openclaw ')) return [...variables, step].join(' ');
  const [command] = /^openclaw-store-exporter \S+/.exec(step) ?? [];
  return command === undefined ? step : `${[command, ...flags].join(' ')}${step.slice(command.length)}`;
}

/**
 * Lists the sessions of one agent; changes nothing. `indexPath`: of its `sessions.json`, which old versions have to be
 * told; null: not known.
 */
export function listCommand(agent: string, version: string | null, indexPath: string | null): string {
  if (has(version, 'sessionsByAgent') === false)
    return `openclaw sessions --json${indexPath === null ? '' : ` --store ${shellQuoted(indexPath)}`}`;
  const limit = has(version, 'sessionsLimited') === true ? ' --limit all' : '';
  return `openclaw sessions --agent ${shellQuoted(agent)}${limit} --json`;
}

/** 2026.8.1 and later: hides a session and keeps everything. Needs the gateway, also to see what it would do. */
export function archiveCommand(key: string, agent: string): string {
  // Behind `--` a key that begins with a dash is not taken for an option.
  return `openclaw sessions archive --agent ${shellQuoted(agent)} --dry-run ${key.startsWith('-') ? '-- ' : ''}${shellQuoted(key)}`;
}

/**
 * One of the gateway's own calls about a session, which every version has; it knows the agent by the key. `compact` summarises
 * what the session holds. Needs the gateway.
 */
export function gatewayCall(call: 'delete' | 'reset' | 'compact', key: string): string {
  // What a terminal would not show as it is has an escape in JSON, too.
  const json = JSON.stringify({ key }).replace(/\p{Cf}|[\x7f-\x9f]/gu, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
  return `openclaw gateway call sessions.${call} --params ${shellQuoted(json)}`;
}

/** Repairs what it finds: it joins the rows of two keys of one conversation (2026.8.1 and later), among others. Writes. */
export const DOCTOR_COMMAND = 'openclaw doctor --fix';

/** Lists the bindings; changes nothing. */
export const BINDINGS_COMMAND = 'openclaw agents bindings';

/** 2026.8.1 and later; reads only. Without its agent it looks at the default one and reports nothing of the others. */
export function inspectCommand(agent: string): string {
  return `openclaw doctor --session-sqlite inspect --session-sqlite-agent ${shellQuoted(agent)} --json`;
}

/** For a POSIX shell, and for a terminal. */
export function shellQuoted(text: string): string {
  const shown = printable(text);
  return /^[\w.:@+/-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`;
}
