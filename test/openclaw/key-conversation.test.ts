import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KeyConversation, keyConversation } from '../../src/openclaw/key-conversation.ts';
import { parseKey } from '../../src/openclaw/keys.ts';

const UUID = '0b8a1c2d-1111-4222-8333-444455556666';

type Named = [
  rest: string,
  channel: string | null,
  kind: KeyConversation['kind'],
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
  ['telegram:group:topic', 'telegram', 'group', 'topic'],
  ['telegram:group:topic:5', 'telegram', 'group', 'topic:5'],
  ['telegram:group:-1001:topic', 'telegram', 'group', '-1001:topic'],
  ['telegram:group:topic:topic:5', 'telegram', 'group', 'topic', { thread: '5' }],
  // A label looks the same: who knows the channels decides.
  ['project:group:alpha', 'project', 'group', 'alpha'],
];

describe('a key with a conversation', () => {
  it.each<Named>(NAMED)('%s', (rest, channel, kind, id, { account = null, thread = null } = {}) => {
    const expected = { channel, account, kind, id, thread };
    expect(keyConversation(`agent:ops:${rest}`)).toEqual(expected);
    expect(keyConversation(rest)).toEqual(expected);
  });

  it.each<[string, string, KeyConversation['kind']]>([
    ['+491700000001', 'whatsapp', 'direct'],
    ['120363001@g.us', 'whatsapp', 'group'],
  ])('of before there were channels in it: %s', (key, channel, kind) => {
    expect(keyConversation(key)).toEqual({ channel, account: null, kind, id: key, thread: null });
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
    `cron:daily:run:${UUID}`,
    'cron:direct:111',
    `hook:${UUID}`,
    'hook:gmail:message',
    'hook:group:7',
    `subagent:${UUID}`,
    `subagent:${UUID}:subagent:${UUID}`,
    'acp:binding:discord:default:1a2b',
    'acp:direct:111',
    `openai:${UUID}`,
    'openai-user:direct:ada',
    'openresponses-user:ada',
    `dashboard:${UUID}`,
    'dashboard:direct:ada',
    'explicit:direct:ada',
    'subagent:group:7',
    'unknown:direct:ada',
    'global:direct:ada',
    `explicit:model-run-${UUID}`,
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
    expect(keyConversation(`agent:ops:${rest}`)).toBeNull();
    expect(keyConversation(rest)).toBeNull();
  });

  it.each(['', ':', 'agent', 'agent:', 'agent:ops', 'agent:ops:', 'agent::main', ':direct', '::'])('%j', (key) => {
    expect(keyConversation(key)).toBeNull();
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
    'x',
    '',
  );
  const key = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(word, { maxLength: 9 }).map((parts) => parts.join(':')),
  );

  it('throws nothing, and what it names stands in it', () => {
    fc.assert(
      fc.property(key, (text) => {
        const named = keyConversation(text);
        for (const part of [named?.channel, named?.account, named?.id, named?.thread]) {
          if (typeof part === 'string') expect(text).toContain(part);
        }
        if (named !== null) expect(named.id).not.toBe('');
      }),
      { numRuns: 500 },
    );
  });

  it('that names a conversation is of a direct chat or a group', () => {
    fc.assert(
      fc.property(key, (text) => {
        const named = keyConversation(text);
        if (named !== null) expect(parseKey(text).kind).toBe(named.kind === 'direct' ? 'dm' : 'group');
      }),
      { numRuns: 500 },
    );
  });
});
