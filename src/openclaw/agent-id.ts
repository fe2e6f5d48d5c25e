/** Ids of agents in the form in which OpenClaw compares them. */
import { has } from './versions.ts';

/** The agent that OpenClaw uses when the config lists none. */
export const DEFAULT_AGENT = 'main';

/** OpenClaw's system agent, whose sessions can be on a host that lists neither. */
const RESERVED: ReadonlySet<string> = new Set(['openclaw', 'crestodian']);

/** Whether an agent may be OpenClaw's own, so that a config need not list it. */
export function isReservedAgent(id: string, version: string | null): boolean {
  return RESERVED.has(id) && has(version, 'reservedAgents') !== false;
}

const VALID = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** An agent id as OpenClaw compares it ("Main Bot" is `main-bot`); blank gives the default agent. */
export function normalizeAgentId(raw: string): string {
  const id = raw.trim().toLowerCase();
  if (id === '') return DEFAULT_AGENT;
  if (VALID.test(id)) return id;
  const cleaned = withoutDashesAround(id.replace(/[^a-z0-9_-]+/g, '-')).slice(0, 64);
  return cleaned === '' ? DEFAULT_AGENT : cleaned;
}

/** By hand: a pattern for the end begins anew at each dash, of which a config can hold a million. */
function withoutDashesAround(text: string): string {
  let end = text.length;
  while (text.endsWith('-', end) && end > 0) end -= 1;
  return text.slice(0, end).replace(/^-+/, '');
}
