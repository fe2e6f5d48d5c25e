/** What is published of keys, accounts and channels: nothing that names a person or a place, unless the user wants it. */
import { createHmac } from 'node:crypto';
import { CHANNELS } from './channels.ts';
import { isKeyWord } from './keys.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const DIGITS = 10;

/** What may be shown besides OpenClaw's own words. */
export interface LabelContext {
  /** null: `--privacy.peers=plain`, keys are shown as they are. */
  readonly salt: Buffer | null;
  readonly agents: ReadonlySet<string>;
  readonly channels: ReadonlySet<string>;
}

export function labelContext(salt: Buffer | null, agents: Iterable<string>, channels: Iterable<string>): LabelContext {
  return { salt, agents: new Set(agents), channels: new Set([...CHANNELS, ...channels]) };
}

/**
 * The `session` label of a key: the key as OpenClaw prints it, each part that could name a person or a place replaced
 * by 10 hex digits of its HMAC-SHA-256. An allow-list, since custom labels, user names and e-mail addresses stand in
 * keys too.
 */
export function sessionLabel(key: string, context: LabelContext): string {
  const { salt } = context;
  if (salt === null) return key.toWellFormed();
  const parts = key.split(':');
  // An agent's name is public only where the key names its agent: a user may well be called the same.
  const agentAt = parts[0] === 'agent' ? 1 : -1;
  return parts
    .map((part, at) =>
      isPublic(part, context) || (at === agentAt && context.agents.has(part)) ? part : digest(part, salt),
    )
    .join(':');
}

/** An account or a peer by itself. */
export function privateLabel(value: string, salt: Buffer | null): string {
  return salt === null ? value.toWellFormed() : digest(value, salt);
}

/** A channel name; null when it is not one that is known: a custom key can have any word in that place. */
export function channelLabel(channel: string | null, context: LabelContext): string | null {
  return channel !== null && context.channels.has(channel) ? channel : null;
}

function isPublic(part: string, { channels }: LabelContext): boolean {
  return part === '' || isKeyWord(part) || UUID.test(part) || channels.has(part);
}

function digest(part: string, salt: Buffer): string {
  return createHmac('sha256', salt).update(part, 'utf8').digest('hex').slice(0, DIGITS);
}
