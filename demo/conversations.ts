import { DEFAULT_ACCOUNT } from './config.ts';
import { uuidOf } from './ids.ts';

type Fields = Readonly<Record<string, unknown>>;

/** With whom, as a database has it in columns of its own. */
interface Peer {
  readonly channel: string;
  readonly accountId: string;
  readonly chatType: 'direct' | 'group' | 'channel';
  readonly peerId: string;
  readonly threadId?: string;
}

/** What a session is about: the part of its key after the agent, and the fields of its entry that tell the same. */
export interface Conversation {
  readonly rest: string;
  readonly fields: Fields;
  /** Absent: nobody on a channel. */
  readonly peer?: Peer;
  /** Forum topic, which is part of the transcript's name too. */
  readonly topic?: number;
  /** OpenClaw stores no status of its last run. */
  readonly withoutStatus?: true;
}

/** The main session, last used from the control page. */
export function main(): Conversation {
  const origin = { provider: 'webchat', surface: 'webchat', chatType: 'direct' };
  return { rest: 'main', fields: { chatType: 'direct', origin, ...route('webchat') } };
}

/** A direct chat; `peer` is the person's id. */
export function telegramDm(peer: string, account = DEFAULT_ACCOUNT): Conversation {
  const to = `telegram:${peer}`;
  const label = `Demo Person ${peer.slice(-2)} id:${peer}`;
  const origin = { label, ...telegramOrigin('direct', to, to, account) };
  return {
    rest: `telegram:direct:${peer}`,
    fields: { chatType: 'direct', origin, ...route('telegram', to, account) },
    peer: { channel: 'telegram', accountId: account, chatType: 'direct', peerId: peer },
  };
}

/** A group, or one topic of a forum. */
export function telegramGroup(id: string, account = DEFAULT_ACCOUNT, topic?: number): Conversation {
  const groupId = topic === undefined ? id : `${id}:topic:${topic}`;
  const subject = `Demo Group ${id.slice(-2)}`;
  const origin = {
    label: `${subject} id:${id}`,
    ...telegramOrigin('group', `telegram:group:${groupId}`, `telegram:${groupId}`, account),
    ...(topic === undefined ? {} : { threadId: topic }),
  };
  return {
    rest: `telegram:group:${groupId}`,
    fields: {
      chatType: 'group',
      channel: 'telegram',
      groupId,
      subject,
      displayName: `telegram:g-${subject.toLowerCase().replaceAll(' ', '-')}`,
      origin,
      ...route('telegram', `telegram:${groupId}`, account, topic),
    },
    peer: {
      channel: 'telegram',
      accountId: account,
      chatType: 'group',
      peerId: groupId,
      ...(topic === undefined ? {} : { threadId: `${topic}` }),
    },
    ...(topic === undefined ? {} : { topic }),
  };
}

/** A channel of a Discord server. */
export function discordChannel(id: string, name: string): Conversation {
  const to = `channel:${id}`;
  return {
    rest: `discord:channel:${id}`,
    fields: {
      chatType: 'channel',
      channel: 'discord',
      groupId: id,
      groupChannel: `#${name}`,
      space: '5550000000000001',
      displayName: `discord:5550000000000001#${name}`,
      origin: {
        label: `#${name} channel id:${id}`,
        provider: 'discord',
        surface: 'discord',
        chatType: 'channel',
        from: `discord:channel:${id}`,
        to,
        accountId: DEFAULT_ACCOUNT,
      },
      ...route('discord', to, DEFAULT_ACCOUNT),
    },
    peer: { channel: 'discord', accountId: DEFAULT_ACCOUNT, chatType: 'channel', peerId: id },
  };
}

/** A scheduled job. */
export function cron(job: string): Conversation {
  return { rest: `cron:${uuidOf(`job ${job}`)}`, fields: { label: `Cron: ${job}` }, withoutStatus: true };
}

export function subagent(task: string, parent: string): Conversation {
  return {
    rest: `subagent:${uuidOf(`subagent ${task}`)}`,
    fields: { label: task, spawnedBy: parent, spawnDepth: 1, subagentRole: 'leaf', subagentControlScope: 'none' },
  };
}

export function hook(name: string): Conversation {
  return { rest: `hook:${name}`, fields: {} };
}

/** A coding tool behind the agent client protocol. */
export function acp(name: string): Conversation {
  const meta = { backend: 'acpx', agent: 'demo-tool', runtimeSessionName: name, mode: 'persistent', state: 'idle' };
  return { rest: `acp:${uuidOf(`acp ${name}`)}`, fields: { label: name, acp: meta } };
}

/** A client of the HTTP API. */
export function httpUser(name: string): Conversation {
  return { rest: `openai-user:${name}`, fields: {} };
}

/** A session that somebody named. */
export function labelled(name: string): Conversation {
  return { rest: name, fields: { label: name } };
}

function telegramOrigin(chatType: string, from: string, to: string, accountId: string): object {
  return { provider: 'telegram', surface: 'telegram', chatType, from, to, accountId };
}

/** The same route in its three spellings, as OpenClaw keeps it. */
function route(channel: string, to?: string, accountId?: string, threadId?: number): Fields {
  return {
    route: {
      channel,
      accountId,
      ...(to === undefined ? {} : { target: { to } }),
      ...(threadId === undefined ? {} : { thread: { id: threadId } }),
    },
    deliveryContext: { channel, to, accountId, threadId },
    lastChannel: channel,
    lastTo: to,
    lastAccountId: accountId,
    lastThreadId: threadId,
  };
}
