/** The identity links of OpenClaw's config: one name for the peers that a person has in several channels. */
import type { RoutingConfig } from '../openclaw/config/routing.ts';

type Links = RoutingConfig['identityLinks'];

/** Where several links have one name, or hold one id, the first one counts. All texts that are looked up are in lower case. */
interface LinkIndex {
  readonly peersByName: ReadonlyMap<string, readonly string[]>;
  /** Of an id, by `keyOf`. */
  readonly byId: ReadonlyMap<string, { readonly place: number; readonly name: string }>;
}

/** Made once for a config: with a look at each link for each session, 20,000 links and 2,000 sessions took half a minute. */
const INDEXES = new WeakMap<Links, LinkIndex>();

/** The ids in a channel behind the name of a link; null: there is no link of that name. Letter case does not count. */
export function idsOfLink(name: string, channel: string, links: Links): string[] | null {
  const peers = indexOf(links).peersByName.get(name.toLowerCase());
  return peers === undefined ? null : [...new Set(peers.flatMap((peer) => idIn(peer, channel)))];
}

/** The name of the link that holds an id (in lower case) of a channel; null: none does. */
export function linkOfId(id: string, channel: string, links: Links): string | null {
  const { byId } = indexOf(links);
  const [ofChannel, ofAny] = [byId.get(keyOf(channel, id)), byId.get(keyOf(null, id))];
  if (ofChannel === undefined || ofAny === undefined) return (ofChannel ?? ofAny)?.name ?? null;
  return ofChannel.place < ofAny.place ? ofChannel.name : ofAny.name;
}

function indexOf(links: Links): LinkIndex {
  const index = INDEXES.get(links) ?? indexed(links);
  INDEXES.set(links, index);
  return index;
}

function indexed(links: Links): LinkIndex {
  const peersByName = new Map<string, readonly string[]>();
  const byId = new Map<string, { place: number; name: string }>();
  for (const [written, peers] of links) {
    const name = written.toLowerCase();
    if (!peersByName.has(name)) peersByName.set(name, peers);
    for (const { channel, id } of peers.flatMap((peer) => parsedPeer(peer) ?? [])) {
      const key = keyOf(channel, id.toLowerCase());
      if (!byId.has(key)) byId.set(key, { place: byId.size, name });
    }
  }
  return { peersByName, byId };
}

function keyOf(channel: string | null, id: string): string {
  return JSON.stringify([channel, id]);
}

/** Empty: it is none of the channel. */
function idIn(peer: string, channel: string): string[] {
  const { channel: named, id } = parsedPeer(peer) ?? { channel: '', id: '' };
  return id !== '' && (named === null || named === channel) ? [id] : [];
}

/** `telegram:111` is the id 111 of Telegram; a bare id is one of any channel (null). null: it names nobody. */
function parsedPeer(peer: string): { readonly channel: string | null; readonly id: string } | null {
  const [first = '', ...rest] = peer.split(':');
  if (rest.length === 0) return first === '' ? null : { channel: null, id: first };
  const id = rest.filter((part) => part !== 'direct' && part !== 'dm' && part !== 'user').join(':');
  return id === '' ? null : { channel: first.toLowerCase(), id };
}
