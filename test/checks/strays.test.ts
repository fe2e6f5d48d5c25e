import { describe, expect, it } from 'vitest';
import { strays } from '../../src/checks/strays.ts';
import { classified, found, type Routed } from '../support/routed.ts';
import { bound, CALLED } from '../support/routes.ts';

const [OLD, , FILES, NEW] = CALLED;
const LISTED = ['main', 'work', 'family'];
const BINDINGS = bound(
  ['work', { channel: 'telegram', peer: { kind: 'dm', id: '111' } }],
  ['family', { channel: 'telegram', peer: { kind: 'group', id: '-1001' } }],
);

function stray(config: object, version: string | null, session: Routed, listedAgents: readonly string[] = LISTED) {
  const prefix = `${session.agent} ${session.key}: `;
  return found(strays, classified(config, version, [session]), { listedAgents }).map((text) =>
    text.replace(prefix, ''),
  );
}

function at(agent: string, rest: string, more: Partial<Routed> = {}): Routed {
  return { agent, key: `agent:${agent}:${rest}`, ...more };
}

describe('a stray by binding', () => {
  it.each<[string, Routed, string]>([
    ['a peer that is bound', at('main', 'telegram:direct:111'), 'work'],
    ['a peer in an old key', at('main', 'telegram:dm:111'), 'work'],
    ['a peer that is not', at('family', 'telegram:direct:222'), 'main'],
    ['a group', at('main', 'telegram:group:-1001'), 'family'],
    ['a topic of a group', at('work', 'telegram:group:-1001:topic:4'), 'family'],
    ['a key without an agent', { agent: 'main', key: 'telegram:group:-1001' }, 'family'],
    ['another channel, which has no bindings', at('work', 'whatsapp:group:1@g.us'), 'main'],
    ['a number of before channels', { agent: 'work', key: '+4917' }, 'main'],
  ])('%s', (_, session, expected) => {
    expect(stray(BINDINGS, FILES, session)).toEqual([`binding ${expected}`]);
  });

  it.each<[string, Routed]>([
    ['the peer where it belongs', at('work', 'telegram:direct:111')],
    ['the group where it belongs', at('family', 'telegram:group:-1001')],
    ['who belongs to the default agent', at('main', 'telegram:direct:222')],
    ['main', at('work', 'main')],
    ['main of before', { agent: 'work', key: 'main' }],
    ['global', { agent: 'work', key: 'global' }],
    ['cron', at('work', 'cron:telegram:direct:111')],
    ['a run of cron', at('work', 'cron:daily:run:1')],
    ['a hook', at('work', 'hook:111')],
    ['a subagent', at('work', 'subagent:111')],
    ['acp', at('work', 'acp:binding:telegram:default:1')],
    ['HTTP', at('work', 'openai-user:111')],
    ['the dashboard', at('work', 'dashboard:111')],
    ['a heartbeat', at('work', 'telegram:direct:222:heartbeat')],
    ['a label', at('work', 'notes')],
    ['a label that looks as a channel', at('work', 'project:group:alpha')],
    ['a peer without a channel', at('work', 'direct:222')],
    ['a thread of main', at('work', 'main:thread:4')],
  ])('is none: %s', (_, session) => {
    expect(stray(BINDINGS, FILES, session)).toEqual([]);
  });

  it.each<[string, object, string | null, Routed]>([
    [
      'the version is not known',
      bound(['work', { channel: 'telegram', peer: { kind: 'dm', id: '*' } }]),
      null,
      at('main', 'telegram:direct:1'),
    ],
    ['the version is of before', BINDINGS, '2026.2.3', at('main', 'telegram:direct:111')],
    ['the version is of after', BINDINGS, '2026.11.1', at('main', 'telegram:direct:111')],
    [
      'the account is not known',
      bound(['work', { channel: 'telegram', accountId: 'alpha' }]),
      FILES,
      at('family', 'telegram:direct:1', { account: null }),
    ],
    [
      'roles decide',
      bound(['work', { channel: 'discord', guildId: '900', roles: ['r'] }]),
      FILES,
      at('family', 'discord:channel:1', { route: { space: '900' } }),
    ],
    [
      'it may be a thread',
      bound(['work', { channel: 'discord', peer: { kind: 'channel', id: '7' } }]),
      OLD,
      at('family', 'discord:channel:1'),
    ],
    ['the team decides', bound(['work', { channel: 'slack', teamId: 'T' }]), FILES, at('family', 'slack:direct:u1')],
    [
      'an identity link hides the peer',
      { ...BINDINGS, session: { identityLinks: { ada: ['telegram:111', 'telegram:222'] } } },
      FILES,
      at('family', 'telegram:direct:ada'),
    ],
  ])('is none, though no answer would be its own agent, where %s', (_, config, version, session) => {
    const [one] = classified(config, version, [session]);
    expect(one?.placement.undecided).toBe(true);
    expect(stray(config, version, session)).toEqual([]);
  });

  it('is none where OpenClaw refuses to choose', () => {
    const entries = { main: {}, work: {}, family: {} };
    const config = { agents: { entries, ownership: 'explicit' }, bindings: BINDINGS.bindings.slice(1) };
    expect(stray(config, NEW, at('work', 'telegram:direct:222'))).toEqual([]);
    expect(stray(config, NEW, at('work', 'telegram:group:-1001'))).toEqual(['binding family']);
  });

  const TOPIC = { telegram: { groups: { '-1001': { topics: { 4: { agentId: 'work' } } } } } };
  const broadcast = (peers: object) => ({ ...BINDINGS, broadcast: peers });

  it.each<[string, object, string, Routed, string[]]>([
    ['broadcast asks for it', broadcast({ '1@g.us': ['work'] }), FILES, at('work', 'whatsapp:group:1@g.us'), []],
    [
      'broadcast asks for it, by number',
      broadcast({ '+4917': ['work'] }),
      FILES,
      at('work', 'whatsapp:direct:+4917'),
      [],
    ],
    [
      'broadcast asks for another',
      broadcast({ '1@g.us': ['work'] }),
      FILES,
      at('family', 'whatsapp:group:1@g.us'),
      ['binding main'],
    ],
    [
      'broadcast is of WhatsApp in files',
      broadcast({ 'telegram:222': ['work'] }),
      FILES,
      at('work', 'telegram:direct:222'),
      ['binding main'],
    ],
    [
      'broadcast is of every channel later',
      broadcast({ 'telegram:222': ['work'] }),
      NEW,
      at('work', 'telegram:direct:222'),
      [],
    ],
    [
      'the topic names its agent',
      { ...BINDINGS, channels: TOPIC },
      FILES,
      at('work', 'telegram:group:-1001:topic:4'),
      [],
    ],
    [
      'another topic names its own',
      { ...BINDINGS, channels: TOPIC },
      FILES,
      at('work', 'telegram:group:-1001:topic:5'),
      ['binding family'],
    ],
    [
      'topics could not yet',
      { ...BINDINGS, channels: TOPIC },
      OLD,
      at('work', 'telegram:group:-1001:topic:4'),
      ['binding family'],
    ],
  ])('where %s', (_, config, version, session, expected) => {
    expect(stray(config, version, session)).toEqual(expected);
  });
});

describe('a stray of an agent that is not listed', () => {
  it.each<[string, Routed, readonly string[], string[]]>([
    ['whatever its key', at('scribe', 'main'), LISTED, ['unlisted_agent']],
    ['cron too', at('scribe', 'cron:daily'), LISTED, ['unlisted_agent']],
    ['none where no agent is listed', at('scribe', 'main'), [], []],
    ['none of a listed agent', at('work', 'main'), LISTED, []],
    ['and by binding as well', at('scribe', 'telegram:direct:222'), LISTED, ['binding main', 'unlisted_agent']],
  ])('%s', (_, session, listed, expected) => {
    expect(stray(BINDINGS, FILES, session, listed)).toEqual(expected);
  });
});

describe('a broken entry', () => {
  const flaws = ['entry_not_object'] as const;

  it.each<[string, Routed, string[]]>([
    ['of a peer that is bound elsewhere', at('main', 'telegram:direct:111', { flaws }), []],
    ['of another agent', { agent: 'main', key: 'agent:work:main', flaws }, []],
    ['of an agent that is not listed', at('scribe', 'main', { flaws }), []],
    // Of a row the columns and the window row still speak.
    ['of a database', at('main', 'telegram:direct:111', { flaws, era: 'sqlite' }), ['binding work']],
    ['that is damaged in another way', at('main', 'telegram:direct:111', { flaws: ['path_null'] }), ['binding work']],
  ])('is a stray: %s', (_, session, expected) => {
    expect(stray(BINDINGS, FILES, session)).toEqual(expected);
  });

  it('is not undecided', () => {
    const config = bound(['work', { channel: 'telegram', accountId: 'alpha' }]);
    const [broken, whole] = classified(config, FILES, [
      at('main', 'telegram:direct:1', { account: null, flaws }),
      at('main', 'telegram:direct:1', { account: null }),
    ]);
    expect([broken?.placement.undecided, whole?.placement.undecided]).toEqual([false, true]);
  });
});

describe('a stray in the wrong store', () => {
  it.each<[string, Routed, string[]]>([
    ['the key of another agent', { agent: 'main', key: 'agent:work:main' }, ['wrong_store work']],
    ['of one that is not listed', { agent: 'main', key: 'agent:lost:notes' }, ['wrong_store lost']],
    ['cron of another agent', { agent: 'main', key: 'agent:work:cron:daily' }, ['wrong_store work']],
    ['none in a store that agents share', { agent: 'main', key: 'agent:work:main', shared: true }, []],
    ['none without an agent in the key', { agent: 'main', key: 'global' }, []],
    ['none in other letters', { agent: 'main', key: 'agent:Main:main' }, []],
    [
      'and by binding as well',
      { agent: 'main', key: 'agent:family:telegram:direct:111' },
      ['binding work', 'wrong_store family'],
    ],
    [
      'though the bindings choose its store',
      { agent: 'work', key: 'agent:main:telegram:direct:111' },
      ['wrong_store main'],
    ],
  ])('%s', (_, session, expected) => {
    expect(stray(BINDINGS, FILES, session)).toEqual(expected);
  });

  it('can be a stray in all three ways', () => {
    const session = { agent: 'scribe', key: 'agent:old:telegram:direct:111' };
    expect(stray(BINDINGS, FILES, session)).toEqual(['binding work', 'unlisted_agent', 'wrong_store old']);
  });
});
