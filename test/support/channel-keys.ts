/** Ids of peers and threads as each channel makes them, lower case as in a key where the channel's keys are. */
interface Grammar {
  readonly direct?: readonly string[];
  readonly group?: readonly string[];
  readonly channel?: readonly string[];
  /** The word before the thread, and the thread. */
  readonly thread?: string;
}

const UUID = '0b8a1c2d-1111-4222-8333-444455556666';

const GRAMMARS: Readonly<Record<string, Grammar>> = {
  bluebubbles: { direct: ['+491700000001', 'ada@example.org'], group: ['imessage;+;chat42'] },
  discord: { direct: ['4200'], group: ['7002'], channel: ['7001'], thread: 'thread:7100' },
  feishu: { direct: ['ou_ada'], group: ['oc_1a2b', 'oc_1a2b:sender:ou_ada'], thread: 'topic:om_9' },
  googlechat: { direct: ['users/42'], group: ['spaces/aaqa'], thread: 'thread:spaces/aaqa/threads/9' },
  imessage: { direct: ['+491700000001', 'ada@example.org'], group: ['42'] },
  irc: { direct: ['ada'], group: ['#room'] },
  line: { direct: [`u${'4'.repeat(32)}`], group: [`c${'7'.repeat(32)}`], channel: [`r${'9'.repeat(32)}`] },
  matrix: { direct: ['@ada:example.org'], channel: ['!Room:example.org'], thread: 'thread:$event:example.org' },
  mattermost: { direct: ['u42'], group: ['g42'], channel: ['c42'], thread: 'thread:p9' },
  msteams: { direct: [UUID], group: ['19:ab@thread.v2'], channel: ['19:abc@thread.tacv2'], thread: 'thread:1718' },
  'nextcloud-talk': { direct: ['ada'], group: ['r00m'] },
  nostr: { direct: ['f'.repeat(64)] },
  signal: { direct: ['+491700000001', `uuid:${UUID}`], group: ['AbC+/d=='] },
  slack: { direct: ['u042'], group: ['g042'], channel: ['c042'], thread: 'thread:1718000000.000100' },
  telegram: { direct: ['111'], group: ['-1001'], thread: 'topic:7' },
  tlon: { direct: ['~zod'], group: ['chat/~zod/room'] },
  twitch: { direct: ['ada'], group: ['room'], channel: ['room'] },
  wecom: { direct: ['ada'], group: ['wr42'] },
  whatsapp: { direct: ['+491700000001'], group: ['120363@g.us'], thread: 'thread:whatsapp-account-work' },
  zalo: { direct: ['4200'], group: ['7000'] },
};

/** Stands in whatever names a person or a place, so that a test can look for it. */
export const MARK = 'zq-person';
export const MARKED_UUID = 'feedface-1111-4222-8333-444455556666';

/** An id whose every part is marked; words of the grammar in it are not. */
export function marked(id: string): string {
  return id
    .split(':')
    .map((part) => (WORDS.has(part) ? part : part === UUID ? MARKED_UUID : `${part}${MARK}`))
    .join(':');
}

const WORDS = new Set(['thread', 'topic', 'sender', 'uuid']);

function asIs(id: string): string {
  return id;
}

/** Keys of every channel in every shape that a version of OpenClaw or a plugin is known to write; `spell` changes the ids. */
export function channelKeys(spell: (id: string) => string = asIs): string[] {
  const account = spell('work');
  const grammars = Object.entries(GRAMMARS).map(([name, grammar]) => {
    const { direct = [], group = [], channel = [], thread = null } = grammar;
    const spelt = { direct: direct.map(spell), group: group.map(spell), channel: channel.map(spell) };
    return { name, ...spelt, thread: thread === null ? null : spell(thread) };
  });
  const rests = grammars.flatMap(({ name, direct, group, channel, thread }) => [
    ...direct.flatMap((id) => [
      `direct:${id}`,
      `${name}:dm:${id}`,
      `${name}:direct:${id}`,
      `${name}:${account}:direct:${id}`,
    ]),
    ...group.flatMap((id) => [`${name}:group:${id}`, `${name}:room:${id}`, `${name}:${account}:group:${id}`]),
    ...channel.map((id) => `${name}:channel:${id}`),
    ...[
      ...direct.map((id) => `direct:${id}`),
      ...group.map((id) => `group:${id}`),
      ...channel.map((id) => `channel:${id}`),
    ]
      .filter(() => thread !== null)
      .flatMap((peer) => [`${name}:${peer}:${thread}`, `${name}:${peer}:${thread}:heartbeat`]),
  ]);
  return [...new Set(rests)].map((rest) => `agent:ops:${rest}`);
}
