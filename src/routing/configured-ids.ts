/** The ids of peers that OpenClaw's config writes, in bindings and in `broadcast`. */
import type { RoutingConfig } from '../openclaw/config/routing.ts';

/** By the id in lower case, as the config writes it. */
type Spellings = ReadonlyMap<string, ReadonlySet<string>>;

interface IdIndex {
  readonly ofChannel: ReadonlyMap<string, Spellings>;
  /** Every peer of `broadcast` as it stands there, since an id can hold a colon. */
  readonly ofAny: Spellings;
}

/** Made once for a config: each session whose letter case is not known asks. */
const INDEXES = new WeakMap<RoutingConfig, IdIndex>();

/** How the config writes an id of a channel, in whatever letter case. */
export function spellingsOf(id: string, channel: string, config: RoutingConfig): string[] {
  const index = INDEXES.get(config) ?? indexed(config);
  INDEXES.set(config, index);
  const lower = id.toLowerCase();
  const ofAny = [...(index.ofAny.get(lower) ?? [])];
  return [
    ...(index.ofChannel.get(channel)?.get(lower) ?? []),
    ...ofAny.filter((peer) => !peer.startsWith(`${channel}:`)),
  ];
}

function indexed({ bindings, broadcast }: RoutingConfig): IdIndex {
  const ofChannel = new Map<string, Map<string, Set<string>>>();
  const ofAny = new Map<string, Set<string>>();
  for (const { channel, peer } of bindings) if (peer !== null && peer !== 'invalid') addTo(channel, peer.id);
  for (const peer of broadcast.keys()) {
    const end = peer.indexOf(':');
    if (end >= 0) addTo(peer.slice(0, end), peer.slice(end + 1));
    add(ofAny, peer);
  }
  return { ofChannel, ofAny };

  function addTo(channel: string, id: string): void {
    const spellings = ofChannel.get(channel) ?? new Map<string, Set<string>>();
    ofChannel.set(channel, spellings);
    add(spellings, id);
  }
}

function add(spellings: Map<string, Set<string>>, id: string): void {
  const lower = id.toLowerCase();
  const known = spellings.get(lower);
  if (known === undefined) spellings.set(lower, new Set([id]));
  else known.add(id);
}
