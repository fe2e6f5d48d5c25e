import { describe, expect, it } from 'vitest';
import { duplicates } from '../../src/checks/duplicates.ts';
import { classified, found, type Routed } from '../support/routed.ts';
import { bound, CALLED } from '../support/routes.ts';

const [OLD, , FILES, NEW] = CALLED;
const ON_PEER = bound(['work', { channel: 'telegram', peer: { kind: 'dm', id: '111' } }]);

type Short = readonly [agent: string, rest: string, more?: Partial<Routed>];

/** What is found of sessions with keys `agent:<agent>:<rest>`; a rest that begins with `=` is the whole key. */
function duplicate(config: object, version: string | null, ...sessions: readonly Short[]) {
  const routed = sessions.map(([agent, rest, more]): Routed => {
    return { agent, key: rest.startsWith('=') ? rest.slice(1) : `agent:${agent}:${rest}`, ...more };
  });
  const texts = routed.map(({ agent, key }) => `${agent} ${key}: `);
  return found(duplicates, classified(config, version, routed)).map((text) => {
    const at = texts.findIndex((prefix) => text.startsWith(prefix));
    return `${at} ${text.slice(texts[at]?.length)}`;
  });
}

describe('very many sessions of one conversation', () => {
  it('are not compared each with each', () => {
    let pairs = 0;
    let placements = 0;
    const sessions = classified(
      {},
      FILES,
      Array.from({ length: 3000 }, (_, at) => ({
        agent: 'main',
        key: `agent:main:telegram:direct:111${' '.repeat(at % 2)}`,
        account: `account-${at}`,
      })),
    ).map((session) => ({
      ...session,
      get agent() {
        pairs += 1;
        return session.agent;
      },
      get placement() {
        placements += 1;
        return session.placement;
      },
    }));
    expect([...duplicates.run({ sessions, listedAgents: [], now: 0 })]).toEqual([]);
    // Some looks at each pair with a thousand others; each with each would be nine million pairs.
    expect(pairs).toBeGreaterThan(0);
    expect(pairs).toBeLessThan(8 * 3_000_000);
    // What costs more is made ready once for each.
    expect(placements).toBeLessThan(10 * 3000);
  });
});

describe('one peer in two agents', () => {
  const BOTH = ['0 cross_agent work', '1 cross_agent work'];

  it.each<[string, string, Short, Short, string[]]>([
    ['a direct chat', FILES, ['main', 'telegram:direct:111'], ['work', 'telegram:direct:111'], BOTH],
    ['dm here, direct there', FILES, ['main', 'telegram:dm:111'], ['work', 'telegram:direct:111'], BOTH],
    [
      'two agents, neither the right one',
      FILES,
      ['main', 'telegram:direct:111'],
      ['family', 'telegram:direct:111'],
      BOTH,
    ],
    [
      'a group',
      FILES,
      ['main', 'telegram:group:-1'],
      ['work', 'telegram:group:-1'],
      ['0 cross_agent main', '1 cross_agent main'],
    ],
    [
      'a topic',
      FILES,
      ['main', 'telegram:group:-1:topic:2'],
      ['work', 'telegram:group:-1:topic:2'],
      ['0 cross_agent main', '1 cross_agent main'],
    ],
    [
      'a thread',
      FILES,
      ['main', 'slack:channel:c1:thread:17.1', { route: { space: 'T' } }],
      ['work', 'slack:channel:c1:thread:17.1', { route: { space: 'T' } }],
      ['0 cross_agent main', '1 cross_agent main'],
    ],
    [
      'with and without the account',
      FILES,
      ['main', 'telegram:direct:111'],
      ['work', 'telegram:default:direct:111'],
      BOTH,
    ],
    [
      'one account not known',
      FILES,
      ['main', 'telegram:direct:111', { account: null }],
      ['work', 'telegram:direct:111'],
      ['0 cross_agent', '1 cross_agent work'],
    ],
    [
      'the version not known',
      '2026.11.1',
      ['main', 'telegram:direct:111'],
      ['work', 'telegram:direct:111'],
      ['0 cross_agent', '1 cross_agent'],
    ],
    ['a key without an agent', FILES, ['main', '=telegram:direct:111'], ['work', 'telegram:direct:111'], BOTH],
    [
      'keys that name each other',
      FILES,
      ['main', '=agent:work:telegram:direct:111'],
      ['work', '=agent:main:telegram:direct:111'],
      BOTH,
    ],
  ])('%s', (_, version, one, other, expected) => {
    expect(duplicate(ON_PEER, version, one, other)).toEqual(expected);
  });

  it.each<[string, Short, Short]>([
    ['two peers', ['main', 'telegram:direct:111'], ['work', 'telegram:direct:112']],
    ['two channels', ['main', 'telegram:direct:111'], ['work', 'discord:direct:111']],
    ['two known accounts', ['main', 'telegram:direct:111', { account: 'alpha' }], ['work', 'telegram:direct:111']],
    ['two accounts in keys', ['main', 'telegram:alpha:direct:111'], ['work', 'telegram:beta:direct:111']],
    ['a group and a topic of it', ['main', 'telegram:group:-1'], ['work', 'telegram:group:-1:topic:2']],
    ['a chat and a thread of it', ['main', 'telegram:direct:111'], ['work', 'telegram:direct:111:thread:111:2']],
    ['two topics', ['main', 'telegram:group:-1:topic:1'], ['work', 'telegram:group:-1:topic:2']],
    [
      'a broken entry',
      ['main', 'telegram:direct:111', { flaws: ['entry_not_object'] }],
      ['work', 'telegram:direct:111'],
    ],
    ['main and main', ['main', 'main'], ['work', 'main']],
    ['main of before and main', ['main', '=main'], ['work', 'main']],
    ['cron jobs of one name', ['main', 'cron:daily'], ['work', 'cron:daily']],
    ['subagents', ['main', 'subagent:1'], ['work', 'subagent:1']],
    ['hooks', ['main', 'hook:1'], ['work', 'hook:1']],
    ['HTTP', ['main', 'openai-user:ada'], ['work', 'openai-user:ada']],
    ['labels', ['main', 'notes'], ['work', 'notes']],
    ['labels that look as channels', ['main', 'project:group:alpha'], ['work', 'project:group:alpha']],
    ['peers without a channel, who may be two people', ['main', 'direct:111'], ['work', 'direct:111']],
    [
      'letter case of Slack',
      ['main', 'slack:channel:c1', { route: { addresses: ['slack:channel:C1'] } }],
      ['work', 'slack:channel:c1', { route: { addresses: ['slack:channel:c1'] } }],
    ],
  ])('is none: %s', (_, one, other) => {
    expect(duplicate(ON_PEER, FILES, one, other)).toEqual([]);
  });

  it('is found in each of three agents', () => {
    const found = duplicate(
      ON_PEER,
      FILES,
      ['main', 'telegram:direct:111'],
      ['work', 'telegram:direct:111'],
      ['family', 'telegram:direct:111'],
    );
    expect(found).toEqual(['0 cross_agent work', '1 cross_agent work', '2 cross_agent work']);
  });

  it('leaves out who has another account than all of them', () => {
    const found = duplicate(
      ON_PEER,
      FILES,
      ['main', 'telegram:direct:111', { account: 'alpha' }],
      ['work', 'telegram:direct:111', { account: 'beta' }],
      ['family', 'telegram:direct:111', { account: 'beta' }],
    );
    expect(found.map((text) => text.slice(0, 13))).toEqual(['1 cross_agent', '2 cross_agent']);
  });

  it('is found through an identity link', () => {
    const config = { ...ON_PEER, session: { identityLinks: { ada: ['telegram:111'] } } };
    expect(duplicate(config, FILES, ['main', 'telegram:direct:ada'], ['work', 'telegram:direct:111'])).toEqual(BOTH);
  });
});

describe('one peer that several agents are asked to have', () => {
  const TOPIC = { telegram: { groups: { '-1': { topics: { 2: { agentId: 'work' } } } } } };
  const broadcast = (peers: object) => ({ ...bound(), broadcast: peers });

  it.each<[string, object, string, Short[], string[]]>([
    [
      'broadcast to both',
      broadcast({ '1@g.us': ['work', 'family'] }),
      FILES,
      [
        ['work', 'whatsapp:group:1@g.us'],
        ['family', 'whatsapp:group:1@g.us'],
      ],
      [],
    ],
    [
      'broadcast and the one that the bindings choose',
      broadcast({ '1@g.us': ['work'] }),
      FILES,
      [
        ['main', 'whatsapp:group:1@g.us'],
        ['work', 'whatsapp:group:1@g.us'],
      ],
      [],
    ],
    [
      'a third one whom nobody asked',
      broadcast({ '1@g.us': ['work'] }),
      FILES,
      [
        ['main', 'whatsapp:group:1@g.us'],
        ['work', 'whatsapp:group:1@g.us'],
        ['family', 'whatsapp:group:1@g.us'],
      ],
      ['0 cross_agent main', '1 cross_agent main', '2 cross_agent main'],
    ],
    [
      'broadcast of another group',
      broadcast({ '2@g.us': ['work'] }),
      FILES,
      [
        ['main', 'whatsapp:group:1@g.us'],
        ['work', 'whatsapp:group:1@g.us'],
      ],
      ['0 cross_agent main', '1 cross_agent main'],
    ],
    [
      'broadcast of a channel in a version that has none',
      broadcast({ 'telegram:111': ['work'] }),
      FILES,
      [
        ['main', 'telegram:direct:111'],
        ['work', 'telegram:direct:111'],
      ],
      ['0 cross_agent main', '1 cross_agent main'],
    ],
    [
      'broadcast of a channel',
      broadcast({ 'telegram:111': ['work'] }),
      NEW,
      [
        ['main', 'telegram:direct:111'],
        ['work', 'telegram:direct:111'],
      ],
      [],
    ],
    [
      'a topic of another agent, alone',
      { ...bound(), channels: TOPIC },
      FILES,
      [
        ['work', 'telegram:group:-1:topic:2'],
        ['main', 'telegram:group:-1'],
      ],
      [],
    ],
    [
      'a topic whose number names no agent',
      { ...bound(), channels: TOPIC },
      FILES,
      [
        ['work', 'telegram:group:-1:topic:3'],
        ['main', 'telegram:group:-1:topic:3'],
      ],
      ['0 cross_agent main', '1 cross_agent main'],
    ],
    [
      'a topic in a version without',
      { ...bound(), channels: TOPIC },
      OLD,
      [
        ['work', 'telegram:group:-1:topic:2'],
        ['main', 'telegram:group:-1:topic:2'],
      ],
      ['0 cross_agent main', '1 cross_agent main'],
    ],
  ])('%s', (_, config, version, sessions, expected) => {
    expect(duplicate(config, version, ...sessions)).toEqual(expected);
  });
});

describe('two keys for one conversation in one agent', () => {
  const LINKS = { session: { identityLinks: { ada: ['telegram:111', 'slack:U042'] } } };
  const BOTH = ['0 alias', '1 alias'];

  it.each<[string, Short, Short, object?]>([
    ['dm and direct', ['main', 'telegram:dm:111'], ['main', 'telegram:direct:111']],
    ['dm and direct without a channel', ['main', 'dm:111'], ['main', 'direct:111']],
    ['main with and without its agent', ['main', '=main'], ['main', 'main']],
    ['the same of another agent than main', ['work', '=main'], ['work', 'main']],
    ['letter case of WhatsApp', ['main', 'whatsapp:group:1@G.US'], ['main', 'whatsapp:group:1@g.us']],
    ['with and without the agent', ['main', '=telegram:group:-1'], ['main', 'telegram:group:-1']],
    ['an identity link', ['main', 'telegram:direct:ada'], ['main', 'telegram:direct:111'], LINKS],
    ['with and without the account', ['main', 'telegram:default:direct:111'], ['main', 'telegram:direct:111']],
    [
      'an account that is not known',
      ['main', 'telegram:alpha:direct:111'],
      ['main', 'telegram:direct:111', { account: null }],
    ],
  ])('%s', (_, one, other, config = {}) => {
    expect(duplicate({ ...bound(), ...config }, FILES, one, other)).toEqual(BOTH);
  });

  it.each<[string, Short, Short, object?]>([
    ['two known accounts', ['main', 'telegram:alpha:direct:111'], ['main', 'telegram:beta:direct:111']],
    [
      'an account of a key and another that is stored',
      ['main', 'telegram:alpha:direct:111'],
      ['main', 'telegram:direct:111'],
    ],
    [
      'two accounts of a WhatsApp group',
      ['main', 'whatsapp:group:1@g.us'],
      ['main', 'whatsapp:group:1@g.us:thread:whatsapp-account-work'],
    ],
    ['letter case of Signal', ['main', 'signal:group:AbC='], ['main', 'signal:group:abc=']],
    ['a link of another channel', ['main', 'discord:direct:ada'], ['main', 'discord:direct:111'], LINKS],
    ['main and a thread of it', ['main', 'main'], ['main', 'main:thread:1']],
    ['main and main of another', ['main', 'main'], ['main', '=agent:work:main']],
    ['a job and its run', ['main', 'cron:daily'], ['main', 'cron:daily:run:1']],
    ['a chat and its thread', ['main', 'telegram:direct:111'], ['main', 'telegram:direct:111:thread:9']],
    ['a peer with and without a channel', ['main', 'direct:111'], ['main', 'telegram:direct:111']],
  ])('is none: %s', (_, one, other, config = {}) => {
    expect(duplicate({ ...bound(), ...config }, FILES, one, other)).toEqual([]);
  });

  it('can be a duplicate of another agent as well', () => {
    const found = duplicate(
      bound(),
      FILES,
      ['main', 'telegram:dm:111'],
      ['main', 'telegram:direct:111'],
      ['work', 'telegram:direct:111'],
    );
    expect(found.toSorted()).toEqual([
      '0 alias',
      '0 cross_agent main',
      '1 alias',
      '1 cross_agent main',
      '2 cross_agent main',
    ]);
  });
});
