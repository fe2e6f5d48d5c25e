import { describe, expect, it } from 'vitest';
import { UNKNOWN } from '../../src/model/conversation.ts';
import type { RoutingConfig } from '../../src/openclaw/config/routing.ts';
import { parseKey } from '../../src/openclaw/keys.ts';
import { canonicalKey, sameAccount } from '../../src/routing/same-conversation.ts';
import { sessionConversation } from '../../src/routing/session-conversation.ts';
import { routingOf } from '../support/openclaw-config.ts';
import { NO_ROUTE } from '../support/snapshot.ts';

const LINKS = { session: { identityLinks: { ada: ['telegram:111', 'slack:U042', 'matrix:@ada:example.org'] } } };

interface Entry {
  readonly chatType?: string;
  readonly account?: string;
  readonly addresses?: readonly string[];
}

function identity(text: string, config: RoutingConfig, { account = 'default', addresses = [], chatType }: Entry = {}) {
  const key = parseKey(text);
  const route = { ...NO_ROUTE, addresses };
  const found = sessionConversation({ key, chatType: chatType ?? null, account, route, version: '2026.7.35' }, config);
  return canonicalKey(key, 'ops', found === 'unknown peer' ? null : found, config);
}

describe('two keys of one conversation', () => {
  it.each<[string, string, string, object?, Entry?, Entry?]>([
    ['main with and without its agent', 'main', 'agent:ops:main'],
    ['dm and direct', 'agent:ops:telegram:dm:111', 'agent:ops:telegram:direct:111'],
    ['dm and direct of an account', 'agent:ops:telegram:work:dm:111', 'agent:ops:telegram:work:direct:111'],
    ['dm and direct without a channel', 'agent:ops:dm:111', 'agent:ops:direct:111'],
    ['with and without the account', 'agent:ops:telegram:direct:111', 'agent:ops:telegram:work:direct:111'],
    ['group and channel', 'agent:ops:discord:group:7001', 'agent:ops:discord:channel:7001'],
    ['the same of two agents', 'agent:ops:telegram:direct:111', 'agent:kin:telegram:direct:111'],
    ['letter case of WhatsApp', 'agent:ops:whatsapp:group:120@G.US', 'agent:ops:whatsapp:group:120@g.us'],
    ['a number of before channels', '+4917', 'agent:ops:whatsapp:direct:+4917'],
    ['a group of before channels', '120@g.us', 'agent:ops:whatsapp:group:120@g.us'],
    ['with and without an agent', 'telegram:group:-1', 'agent:ops:telegram:group:-1'],
    [
      'an account of a WhatsApp group',
      'agent:ops:whatsapp:group:120@g.us',
      'agent:ops:whatsapp:group:120@g.us:thread:whatsapp-account-work',
    ],
    ['a link and its only peer', 'agent:ops:telegram:direct:ada', 'agent:ops:telegram:direct:111', LINKS],
    ['a link in an old key', 'agent:ops:telegram:dm:ada', 'agent:ops:telegram:direct:111', LINKS],
    [
      'a link whose peer has letter case',
      'agent:ops:slack:direct:ada',
      'agent:ops:slack:direct:u042',
      LINKS,
      {},
      { addresses: ['slack:U042'] },
    ],
    ['a link whose peer has colons', 'agent:ops:matrix:direct:ada', 'agent:ops:matrix:direct:@ada:example.org', LINKS],
  ])('%s', (_, one, other, config = {}, first = {}, second = {}) => {
    const routing = routingOf(config);
    expect(identity(one, routing, first)).not.toBeNull();
    expect(identity(one, routing, first)).toBe(identity(other, routing, second));
  });
});

describe('keys of two conversations', () => {
  it.each<[string, string, string, object?, Entry?, Entry?]>([
    ['two peers', 'agent:ops:telegram:direct:111', 'agent:ops:telegram:direct:222'],
    ['two channels', 'agent:ops:telegram:direct:111', 'agent:ops:discord:direct:111'],
    ['a chat and a group', 'agent:ops:telegram:direct:111', 'agent:ops:telegram:group:111'],
    ['a chat and its thread', 'agent:ops:telegram:direct:111', 'agent:ops:telegram:direct:111:thread:9'],
    ['two topics', 'agent:ops:telegram:group:-1:topic:2', 'agent:ops:telegram:group:-1:topic:3'],
    ['a group and its topic', 'agent:ops:telegram:group:-1', 'agent:ops:telegram:group:-1:topic:3'],
    [
      'two rooms of one direct chat',
      'agent:ops:matrix:channel:!Room:x',
      'agent:ops:matrix:channel:!Other:x',
      {},
      { addresses: ['matrix:@ada:x'], chatType: 'direct' },
      { addresses: ['matrix:@ada:x'], chatType: 'direct' },
    ],
    ['two threads', 'agent:ops:slack:channel:c1:thread:17.1', 'agent:ops:slack:channel:c1:thread:17.2'],
    ['the main sessions of two agents', 'agent:ops:main', 'agent:kin:main'],
    ['a main session and a thread of it', 'agent:ops:main', 'agent:ops:main:thread:4'],
    ['a link of another channel', 'agent:ops:discord:direct:ada', 'agent:ops:discord:direct:111', LINKS],
    ['a link and a group of that number', 'agent:ops:telegram:group:ada', 'agent:ops:telegram:group:111', LINKS],
  ])('%s', (_, one, other, config = {}, first = {}, second = {}) => {
    const routing = routingOf(config);
    expect(identity(one, routing, first)).not.toBe(identity(other, routing, second));
  });
});

describe('a key that cannot be told from another', () => {
  it.each([
    'agent:ops:cron:daily',
    'agent:ops:cron:daily:run:1',
    'agent:ops:subagent:1',
    'agent:ops:hook:1',
    'agent:ops:acp:1',
    'agent:ops:openai:1',
    'agent:ops:my-label',
    'agent:ops:project:group:alpha',
    'agent:kin:main',
    'global',
    'unknown',
    '',
  ])('%s', (key) => {
    expect(identity(key, routingOf({}))).toBeNull();
  });
});

describe('two accounts', () => {
  it.each([
    ['work', 'work', true],
    ['work', 'default', false],
    [UNKNOWN, 'work', true],
    ['work', UNKNOWN, true],
    [UNKNOWN, UNKNOWN, true],
  ] as const)('%s and %s', (one, other, same) => {
    expect(sameAccount(one, other)).toBe(same);
  });
});
