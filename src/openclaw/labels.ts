/** What is published of what a store or a config says: nothing that names a person or a place, unless the user wants it. */
import { createHmac } from 'node:crypto';
import { CHANNELS } from './channels.ts';
import { keyParts, keyPlaces, type Place } from './keys.ts';
import { isVersion } from './versions.ts';

const DIGITS = 10;
/** Of a label's value: Prometheus servers can have limits, and drop a whole scrape above them. */
const LARGEST_BYTES = 256;

/** What may be shown besides OpenClaw's own words. */
export interface LabelContext {
  /** null: `--privacy.peers=plain`, keys are shown as they are. */
  readonly salt: Buffer | null;
  /** Of the config or the disk. */
  readonly agents: ReadonlySet<string>;
  readonly channels: ReadonlySet<string>;
}

export function labelContext(salt: Buffer | null, agents: Iterable<string>, channels: Iterable<string>): LabelContext {
  const named = [...channels].filter((name) => CHANNEL_NAME.test(name));
  return { salt, agents: new Set(agents), channels: new Set([...CHANNELS, ...named]) };
}

const CHANNEL_NAME = /^[a-z][a-z0-9_-]{0,63}$/i;

/**
 * The `session` label of a key: the key as OpenClaw prints it, each part that could name a person or a place replaced
 * by 10 hex digits of its HMAC-SHA-256. An allow-list by place: a peer can be called as a word of the grammar, a channel
 * or an agent is, and its id can be a UUID as those of OpenClaw are.
 */
export function sessionLabel(key: string, context: LabelContext): string {
  const { salt } = context;
  if (salt === null) return limited(key, key, null);
  const places = keyPlaces(key);
  const label = keyParts(key)
    .map((part, at) => (part === '' || isPublic(part, places[at], context) ? part : digest(part, salt)))
    .join(':');
  return limited(label, key, salt);
}

/** The `session` labels of keys, each made once: the digests are most of what a scan of unchanged stores would work on. */
export class SessionLabels {
  /** How many were made so far. */
  made = 0;

  private readonly context: LabelContext;
  private labels = new Map<string, string>();

  constructor(context: LabelContext) {
    this.context = context;
  }

  of(key: string): string {
    const known = this.labels.get(key);
    if (known !== undefined) return known;
    this.made += 1;
    const label = sessionLabel(key, this.context);
    this.labels.set(key, label);
    return label;
  }

  /** Forgets them all where most are of keys that are gone: runs of jobs have a new key each. */
  forget(keys: number): void {
    if (this.labels.size > 2 * keys + FEWEST_KEPT) this.labels = new Map();
  }
}

const FEWEST_KEPT = 1000;

/** An account or a peer by itself. */
export function privateLabel(value: string, salt: Buffer | null): string {
  return salt === null ? limited(value, value, null) : digest(value, salt);
}

/** A channel name; null when it is not one that is known: a custom key can have any word in that place. */
export function channelLabel(channel: string | null, context: LabelContext): string | null {
  return channel !== null && context.channels.has(channel) ? channel : null;
}

/** An agent where it is one of the config or the disk: a key can have any word in that place. */
export function agentLabel(agent: string, { salt, agents }: LabelContext): string {
  return agents.has(agent) ? agent : privateLabel(agent, salt);
}

/**
 * A model or a provider where it looks like an id: a model can be a path of somebody's home, a provider an address with a
 * password in it.
 */
export function modelLabel(name: string, { salt }: LabelContext): string {
  return isModelId(name) ? limited(name, name, salt) : privateLabel(name, salt);
}

export function versionLabel(version: string, { salt }: LabelContext): string {
  return isVersion(version) && /^[\w.+-]{1,64}$/.test(version) ? version : privateLabel(version, salt);
}

function isPublic(part: string, place: Place | undefined, { agents, channels }: LabelContext): boolean {
  if (place === 'agent') return agents.has(part);
  if (place === 'channel') return channels.has(part);
  return place === 'open';
}

/** `openrouter/anthropic/claude-sonnet-4.5`, `hf.co/bartowski/Qwen-7B:Q4_K_M`, `@cf/meta/llama-3`, `claude-opus-4@20250514`. */
const MODEL_ID =
  /^(?=.*[a-z])(?:@[ch]f\/)?[a-z0-9][\w.+-]*(?:\/[a-z0-9][\w.+-]*){0,2}(?::[\w.+-]+){0,2}(?:@(?:\d{3}|\d{8}|default|latest))?$/i;
/** Of more than three parts only those of the providers themselves: `accounts/<somebody>/models/…` names a customer. */
const OWN_MODEL_ID =
  /^(?:[a-z][\w-]*\/)?(?:accounts\/fireworks\/(?:models|routers)|publishers\/(?:google|anthropic|meta|mistralai)\/models)\/[a-z0-9][\w.-]*$/i;
/** A file, a folder that is none of a provider, an address with its port, or of numbers. */
const NO_MODEL_ID = [
  /\.(?:gguf|ggml|bin|safetensors|onnx|pth?|mlmodel|llamafile)$/i,
  /(?:^|\/)(?:home|users|root|mnt|media|volumes|srv|tmp|opt|var|data)\//i,
  /:[1-9]\d{3,4}$/,
  /(?:^|\/)\d{1,3}(?:\.\d{1,3}){3}(?:[:/]|$)/,
];

function isModelId(name: string): boolean {
  return (MODEL_ID.test(name) || OWN_MODEL_ID.test(name)) && !NO_MODEL_ID.some((pattern) => pattern.test(name));
}

/** A text that is too long ends in a digest of the whole: two long keys stay two sessions. */
function limited(text: string, whole: string, salt: Buffer | null): string {
  const shown = text.toWellFormed();
  if (Buffer.byteLength(shown) <= LARGEST_BYTES) return shown;
  const end = `:${digest(whole, salt ?? '')}`;
  // The half of a character at the cut is left out.
  const start = new TextDecoder().decode(Buffer.from(shown).subarray(0, LARGEST_BYTES - end.length), { stream: true });
  return `${start}${end}`;
}

function digest(part: string, salt: Buffer | string): string {
  return createHmac('sha256', salt).update(part, 'utf8').digest('hex').slice(0, DIGITS);
}
