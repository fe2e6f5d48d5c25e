import { basename, dirname, extname, join } from 'node:path';

/** What an agent's database is called in its default place, `agents/<id>/agent/`. */
export const DATABASE = 'openclaw-agent.sqlite';

/** Where 2026.8.1 and later keep the sessions of a `session.store`. */
export type DatabaseName =
  /** One file, whoever asks. */
  | { readonly kind: 'file'; readonly path: string }
  /** A family of files in one folder, of which each agent owns one: see `familyMember`. */
  | { readonly kind: 'family'; readonly folder: string; readonly base: string };

/** The name that OpenClaw makes of the path of a `session.store`, in which `{agentId}` was replaced. */
export function databaseName(store: string): DatabaseName {
  if (store.endsWith('.sqlite')) return { kind: 'file', path: store };
  const folder = dirname(store);
  const name = basename(store);
  if (name !== 'sessions.json') return { kind: 'family', folder, base: basename(name, extname(name)) };
  const agent = dirname(folder);
  const isAgentFolder = basename(folder) === 'sessions' && basename(dirname(agent)) === 'agents';
  if (isAgentFolder) return { kind: 'file', path: join(agent, 'agent', DATABASE) };
  return { kind: 'family', folder, base: basename(DATABASE, '.sqlite') };
}

/** A file of a family: whose it is by its name, null for the one without an agent in its name, which has one owner as well. */
export interface FamilyMember {
  readonly name: string;
  readonly agent: string | null;
}

/** `<base>.sqlite`, `<base>.<agent>.sqlite`, and `<base>.<agent>.2.sqlite` and so on where the name before was taken. */
export function familyMember(name: string, base: string): FamilyMember | null {
  if (!name.startsWith(`${base}.`) || !name.endsWith('.sqlite')) return null;
  const middle = name.slice(base.length, -'.sqlite'.length);
  if (middle === '') return { name, agent: null };
  const agent = /^\.([a-z0-9][a-z0-9_-]*)(?:\.([2-9]|[1-9]\d+))?$/.exec(middle)?.[1];
  return agent === undefined ? null : { name, agent };
}
