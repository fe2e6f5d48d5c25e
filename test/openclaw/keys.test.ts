import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type KeyConversation,
  KINDS,
  type PeerKind,
  parseKey,
  sessionKind,
  threadParent,
} from '../../src/openclaw/keys.ts';
import { channelKeys } from '../support/channel-keys.ts';

const ID = '0b8a1c2d-1111-4222-8333-444455556666';

function conversationOf(key: string): KeyConversation | null {
  return parseKey(key).conversation;
}

/** kind: `null` where the stored chat type decides. */
type KeyCase = [key: string, kind: string | null, channel?: string | null, thread?: string | null, agent?: string];

const WITHOUT_AGENT: KeyCase[] = [
  ['main', 'main'],
  ['global', 'main'],
  ['unknown', 'other'],
  ['+491701234567', 'dm'],
  ['group:120363@g.us', 'group'],
  ['120363001@g.us', 'group'],
  ['whatsapp:group:120363@g.us', 'group', 'whatsapp'],
  ['telegram:group:-1001', 'group', 'telegram'],
  ['telegram:group:-1001:topic:7', 'group', 'telegram', '7'],
  ['discord:channel:42', 'group', 'discord'],
  ['cron:job-1', 'cron'],
  [`hook:${ID}`, 'hook'],
  [`subagent:${ID}`, 'subagent'],
  ['my-label', null],
  ['', null],
  [':', null],
  ['agent', null],
  ['agent:', null],
  ['agent:x', null],
  ['agent:x:', null],
  ['agent::main', null],
];

const WITH_AGENT: KeyCase[] = [
  ['main', 'main'],
  ['global', 'main'],
  ['main:thread:42', 'dm', null, '42'],
  ['dm:12345', 'dm'],
  ['direct:12345', 'dm'],
  ['direct:@ada:example.org', 'dm'],
  ['telegram:dm:12345', 'dm', 'telegram'],
  ['telegram:direct:12345', 'dm', 'telegram'],
  ['telegram:direct:12345:thread:9', 'dm', 'telegram', '9'],
  ['telegram:direct:12345:topic:9', 'dm', 'telegram', '9'],
  ['telegram:work:dm:12345', 'dm', 'telegram'],
  ['telegram:work:direct:12345', 'dm', 'telegram'],
  ['telegram:work:direct:12345:thread:9', 'dm', 'telegram', '9'],
  ['matrix:direct:@ada:example.org', 'dm', 'matrix'],
  ['matrix:home:direct:@ada:example.org', 'dm', 'matrix'],
  ['signal:direct:+491701234567', 'dm', 'signal'],
  ['telegram:group:-1001', 'group', 'telegram'],
  ['telegram:group:-1001:topic:42', 'group', 'telegram', '42'],
  ['discord:channel:42', 'group', 'discord'],
  ['discord:channel:42:thread:99', 'group', 'discord', '99'],
  ['slack:channel:c042:thread:1718000000.000100', 'group', 'slack', '1718000000.000100'],
  ['msteams:channel:19:abc@thread.tacv2', 'group', 'msteams'],
  ['matrix:channel:!room:example.org', 'group', 'matrix'],
  ['matrix:room:!room:example.org', 'group', 'matrix'],
  ['matrix:channel:!room:example.org:thread:$event:example.org', 'group', 'matrix', '$event:example.org'],
  ['newchannel:direct:12345', 'dm', 'newchannel'],
  ['cron:daily-report', 'cron'],
  [`cron:daily-report:run:${ID}`, 'cron'],
  [`hook:${ID}`, 'hook'],
  ['hook:gmail:message', 'hook'],
  [`openai:${ID}`, 'other'],
  ['openai-user:ada@example.org', 'other'],
  [`openresponses:${ID}`, 'other'],
  ['openresponses-user:ada', 'other'],
  [`dashboard:${ID}`, 'other'],
  [`subagent:${ID}`, 'subagent'],
  [`subagent:${ID}:subagent:${ID}`, 'subagent'],
  [`acp:${ID}`, 'acp'],
  ['acp:binding:discord:default:1a2b', 'acp'],
  ['node-7f3a', 'other'],
  ['heartbeat', 'other'],
  ['main:heartbeat', 'other'],
  ['telegram:group:-1001:heartbeat', 'other'],
  [`explicit:model-run-${ID}`, 'other'],
  ['my-label', null],
  ['project:alpha', null],
  [ID, null],
];

describe('parseKey', () => {
  it.each([
    ...WITHOUT_AGENT,
    ...WITH_AGENT.map(
      ([rest, ...says]): KeyCase => [`agent:ops:${rest}`, says[0] ?? null, says[1] ?? null, says[2] ?? null, 'ops'],
    ),
  ])('%s', (key, kind, channel = null, thread = null, agent) => {
    expect(parseKey(key)).toMatchObject({ agent: agent ?? null, kind, channel, thread });
  });

  it.each([
    ['main', true],
    ['agent:ops:main', true],
    ['global', false],
    ['agent:ops:global', false],
    ['agent:ops:main:thread:42', false],
    ['agent:ops:main:heartbeat', false],
    ['agent::main', false],
  ])('%s is a main session: %s', (key, isMain) => {
    expect(parseKey(key).isMain).toBe(isMain);
  });

  it("reads the keys of every channel's grammar as recorded", async () => {
    const text = (part: string | null) => part ?? '-';
    const table = channelKeys().map((key) => {
      const { kind, channel, thread, conversation } = parseKey(key);
      const named = conversation === null ? ['no route'] : Object.values(conversation).map(text);
      return `${key}  =>  ${[kind, channel, thread].map(text).join(' ')}  =>  ${named.join(' ')}\n`;
    });
    await expect(table.join('')).toMatchFileSnapshot('keys.golden.txt');
  });
});

type Named = [
  rest: string,
  channel: string | null,
  kind: PeerKind,
  id: string,
  more?: { readonly account?: string; readonly thread?: string },
];

/** What stands behind `agent:<id>:`; keys of before there were agents in them are the same without it. */
const NAMED: Named[] = [
  // Direct chats, by dmScope.
  ['direct:111', null, 'direct', '111'],
  ['dm:111', null, 'direct', '111'],
  ['direct:@ada:example.org', null, 'direct', '@ada:example.org'],
  ['telegram:direct:111', 'telegram', 'direct', '111'],
  ['telegram:dm:111', 'telegram', 'direct', '111'],
  ['telegram:default:direct:111', 'telegram', 'direct', '111', { account: 'default' }],
  ['telegram:work:dm:111', 'telegram', 'direct', '111', { account: 'work' }],
  ['signal:direct:+491700000001', 'signal', 'direct', '+491700000001'],
  ['signal:direct:uuid:0b8a-77', 'signal', 'direct', 'uuid:0b8a-77'],
  ['whatsapp:direct:+491700000001', 'whatsapp', 'direct', '+491700000001'],
  ['slack:direct:u042', 'slack', 'direct', 'u042'],
  ['discord:direct:4200', 'discord', 'direct', '4200'],
  ['matrix:home:direct:@ada:example.org', 'matrix', 'direct', '@ada:example.org', { account: 'home' }],
  // Threads of direct chats: 2026.2.6-3, and later.
  ['telegram:direct:111:thread:9', 'telegram', 'direct', '111', { thread: '9' }],
  ['telegram:direct:111:thread:111:9', 'telegram', 'direct', '111', { thread: '111:9' }],
  ['telegram:work:direct:111:thread:9', 'telegram', 'direct', '111', { account: 'work', thread: '9' }],
  // Groups, channels, rooms.
  ['telegram:group:-1001', 'telegram', 'group', '-1001'],
  ['telegram:group:-1001:topic:7', 'telegram', 'group', '-1001', { thread: '7' }],
  ['whatsapp:group:120363@g.us', 'whatsapp', 'group', '120363@g.us'],
  ['whatsapp:group:120363@g.us:thread:whatsapp-account-work', 'whatsapp', 'group', '120363@g.us', { account: 'work' }],
  [
    'whatsapp:group:120363@g.us:thread:whatsapp-accounts',
    'whatsapp',
    'group',
    '120363@g.us',
    { thread: 'whatsapp-accounts' },
  ],
  // WeCom's plugin puts the account before a group, too; a group that `broadcast` names has it behind.
  ['wecom:default:dm:ada', 'wecom', 'direct', 'ada', { account: 'default' }],
  ['wecom:default:group:wr42', 'wecom', 'group', 'wr42', { account: 'default' }],
  ['telegram:group:-1001:thread:telegram-account-work', 'telegram', 'group', '-1001', { account: 'work' }],
  ['telegram:group:-1001:thread:slack-account-work', 'telegram', 'group', '-1001', { thread: 'slack-account-work' }],
  ['signal:group:AbC+/d==', 'signal', 'group', 'AbC+/d=='],
  ['discord:channel:7001', 'discord', 'channel', '7001'],
  ['discord:channel:7001:thread:7100', 'discord', 'channel', '7001', { thread: '7100' }],
  ['slack:channel:c042', 'slack', 'channel', 'c042'],
  ['slack:channel:c042:thread:1718000000.000100', 'slack', 'channel', 'c042', { thread: '1718000000.000100' }],
  ['slack:group:g042', 'slack', 'group', 'g042'],
  ['msteams:channel:19:abc@thread.tacv2', 'msteams', 'channel', '19:abc@thread.tacv2'],
  ['matrix:room:!Room:example.org', 'matrix', 'group', '!Room:example.org'],
  [
    'matrix:channel:!Room:example.org:thread:$event:example.org',
    'matrix',
    'channel',
    '!Room:example.org',
    { thread: '$event:example.org' },
  ],
  ['group:120363@g.us', null, 'group', '120363@g.us'],
  // An id that is a word of the grammar.
  ['telegram:direct:direct:x', 'telegram', 'direct', 'direct:x'],
  ['twitch:direct:heartbeat', 'twitch', 'direct', 'heartbeat'],
  ['telegram:group:topic', 'telegram', 'group', 'topic'],
  ['telegram:group:topic:5', 'telegram', 'group', 'topic:5'],
  ['telegram:group:-1001:topic', 'telegram', 'group', '-1001:topic'],
  ['telegram:group:topic:topic:5', 'telegram', 'group', 'topic', { thread: '5' }],
  // A label looks the same: who knows the channels decides.
  ['project:group:alpha', 'project', 'group', 'alpha'],
];

describe('a key that names a conversation', () => {
  it.each<Named>(NAMED)('%s', (rest, channel, kind, id, { account = null, thread = null } = {}) => {
    const expected = { channel, account, kind, id, thread };
    expect(conversationOf(`agent:ops:${rest}`)).toEqual(expected);
    expect(conversationOf(rest)).toEqual(expected);
  });

  it.each<[string, string, PeerKind]>([
    ['+491700000001', 'whatsapp', 'direct'],
    ['120363001@g.us', 'whatsapp', 'group'],
  ])('of before there were channels in it: %s', (key, channel, kind) => {
    expect(conversationOf(key)).toEqual({ channel, account: null, kind, id: key, thread: null });
  });
});

describe('a key without a route', () => {
  it.each([
    'main',
    'global',
    'unknown',
    'heartbeat',
    'main:thread:42',
    'main:heartbeat',
    'telegram:group:-1001:heartbeat',
    'telegram:direct:111:heartbeat',
    'cron:daily',
    `cron:daily:run:${ID}`,
    'cron:direct:111',
    `hook:${ID}`,
    'hook:gmail:message',
    'hook:group:7',
    `subagent:${ID}`,
    `subagent:${ID}:subagent:${ID}`,
    'acp:binding:discord:default:1a2b',
    'acp:direct:111',
    `openai:${ID}`,
    'openai-user:direct:ada',
    'openresponses-user:ada',
    `dashboard:${ID}`,
    'dashboard:direct:ada',
    'explicit:direct:ada',
    'subagent:group:7',
    'unknown:direct:ada',
    'global:direct:ada',
    `explicit:model-run-${ID}`,
    'node-7f3a',
    'my-label',
    'project:alpha',
    'telegram:slash:111',
    'telegram:group',
    'telegram:group:',
    'telegram:work:group:-1001',
    'telegram:work:direct:',
    'direct',
    'group:',
    'Telegram:Group:-1001',
    '+49 170',
    '49170',
    '@g.us.example.org',
  ])('%s', (rest) => {
    expect(conversationOf(`agent:ops:${rest}`)).toBeNull();
    expect(conversationOf(rest)).toBeNull();
  });

  it.each(['', ':', 'agent', 'agent:', 'agent:ops', 'agent:ops:', 'agent::main', ':direct', '::'])('%j', (key) => {
    expect(conversationOf(key)).toBeNull();
  });
});

describe('any key', () => {
  const word = fc.constantFrom(
    'agent',
    'main',
    'dm',
    'direct',
    'group',
    'topic',
    'thread',
    'cron',
    'telegram',
    'heartbeat',
    'x',
    '',
  );
  const key = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(word, { maxLength: 9 }).map((parts) => parts.join(':')),
  );

  it('throws nothing, and what is taken out of it stands in it', () => {
    fc.assert(
      fc.property(key, fc.option(fc.string()), (text, chatType) => {
        const parsed = parseKey(text);
        const { conversation: named } = parsed;
        const parts = [parsed.agent, parsed.channel, parsed.thread, named?.channel, named?.account, named?.thread];
        for (const part of [...parts, named?.id]) if (typeof part === 'string') expect(text).toContain(part);
        expect(named?.id).not.toBe('');
        expect(KINDS).toContain(sessionKind(parsed, chatType));
      }),
      { numRuns: 500 },
    );
  });

  it('that names a conversation is of a direct chat or a group', () => {
    fc.assert(
      fc.property(key, (text) => {
        const { kind, conversation: named } = parseKey(text);
        if (named !== null) expect(kind).toBe(named.kind === 'direct' ? 'dm' : 'group');
      }),
      { numRuns: 500 },
    );
  });

  it('with an agent keeps it, and says the same as the rest alone', () => {
    const agent = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/);
    const rest = fc.oneof(
      key,
      fc.constantFrom(...WITH_AGENT, ...NAMED).map(([text]) => text),
    );
    fc.assert(
      fc.property(agent, rest, (id, text) => {
        fc.pre(!text.startsWith(':') && text !== '' && !text.startsWith('agent:'));
        expect(parseKey(`agent:${id}:${text}`)).toEqual({ ...parseKey(text), agent: id });
      }),
      { numRuns: 500 },
    );
  });
});

describe('sessionKind', () => {
  it.each([
    ['agent:ops:my-label', 'direct', 'dm'],
    ['agent:ops:my-label', 'dm', 'dm'],
    ['agent:ops:my-label', 'group', 'group'],
    ['agent:ops:my-label', 'channel', 'group'],
    ['agent:ops:my-label', 'room', 'group'],
    ['agent:ops:my-label', 'toString', 'other'],
    ['agent:ops:my-label', null, 'other'],
    ['agent:ops:main', 'group', 'main'],
    ['agent:ops:telegram:group:-1001', 'direct', 'group'],
    ['agent:ops:cron:daily', 'direct', 'cron'],
    ['agent:ops:openai-user:ada', 'direct', 'other'],
    ['agent:ops:node-7f3a', 'direct', 'other'],
    ['unknown', 'direct', 'other'],
  ])('of %s with chat type %s is %s', (key, chatType, kind) => {
    expect(sessionKind(parseKey(key), chatType)).toBe(kind);
  });
});

describe('threadParent', () => {
  it.each([
    ['agent:ops:telegram:group:-100:topic:5', 'agent:ops:telegram:group:-100'],
    ['agent:ops:slack:channel:c1:thread:1.2', 'agent:ops:slack:channel:c1'],
    ['agent:ops:main:thread:7:8', 'agent:ops:main'],
    ['agent:ops:telegram:group:-100', null],
    ['agent:ops:whatsapp:group:1@g.us:thread:whatsapp-account-two', null],
    ['agent:ops:telegram:group:-100:topic', null],
    ['main', null],
  ])('of %s is %s', (key, parent) => {
    expect(threadParent(key)).toBe(parent);
  });
});
