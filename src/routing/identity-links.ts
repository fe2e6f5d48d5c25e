/** The identity links of OpenClaw's config: one name for the peers that a person has in several channels. */
import type { RoutingConfig } from '../openclaw/config/routing.ts';

type Links = RoutingConfig['identityLinks'];

/** The ids in a channel behind the name of a link; null: there is no link of that name. Letter case does not count. */
export function idsOfLink(name: string, channel: string, links: Links): string[] | null {
  for (const [known, peers] of links) {
    if (known.toLowerCase() === name.toLowerCase()) return [...new Set(peers.flatMap((peer) => idIn(peer, channel)))];
  }
  return null;
}

/** The name of the link that holds an id (in lower case) of a channel; null: none does. */
export function linkOfId(id: string, channel: string, links: Links): string | null {
  for (const [name, peers] of links) {
    const ids = peers.flatMap((peer) => idIn(peer, channel));
    if (ids.some((linked) => linked.toLowerCase() === id)) return name.toLowerCase();
  }
  return null;
}

/** `telegram:111` is the id 111 of Telegram; a bare id is one of any channel. Empty: it is none of the channel. */
function idIn(peer: string, channel: string): string[] {
  const [first = '', ...rest] = peer.split(':');
  if (rest.length === 0) return first === '' ? [] : [first];
  const id = rest.filter((part) => part !== 'direct' && part !== 'dm' && part !== 'user').join(':');
  return first.toLowerCase() === channel && id !== '' ? [id] : [];
}
