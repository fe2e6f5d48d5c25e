import { describe, expect, it } from 'vitest';
import { type Conversation, UNKNOWN } from '../../src/model/conversation.ts';
import { broadcastAgents, topicAgent } from '../../src/routing/broadcast-and-topics.ts';
import { routingOf } from '../support/openclaw-config.ts';
import { CALLED, DIRECT } from '../support/routes.ts';

const [OLD, MIDDLE, FILES, NEW] = CALLED;

describe('broadcastAgents', () => {
  const config = routingOf({
    broadcast: {
      strategy: 'parallel',
      '+491': ['Main', 'work'],
      'whatsapp:+491': ['work', 'c'],
      'slack:C1': { agents: ['a'] },
      C1: ['b'],
    },
  });
  const whatsapp: Conversation = { ...DIRECT, channel: 'whatsapp', peer: { kind: 'direct', id: '+491' } };
  const slack: Conversation = { ...DIRECT, channel: ' Slack', peer: { kind: 'channel', id: ' C1 ' } };

  it.each<[string, string | null, Conversation, string[]]>([
    ['a peer of WhatsApp', OLD, whatsapp, ['main', 'work']],
    ['a peer of WhatsApp', FILES, whatsapp, ['main', 'work']],
    ['both forms', NEW, whatsapp, ['main', 'work', 'c']],
    ['another peer', NEW, { ...whatsapp, peer: { kind: 'direct', id: '+492' } }, []],
    ['the strategy is no peer', OLD, { ...whatsapp, peer: { kind: 'direct', id: 'strategy' } }, []],
    ['another channel, files', FILES, slack, []],
    ['another channel, between', '2026.8.1', slack, ['a']],
    ['another channel', NEW, slack, ['a']],
    ['a version that is not known', null, slack, ['a']],
    ['a version outside', '2027.1.1', slack, ['a']],
  ])('%s (%s)', (_, version, conversation, agents) => {
    expect(broadcastAgents(config, version, conversation)).toEqual(agents);
  });
});

describe('topicAgent', () => {
  const topics = (agentId: string, topic = '42', chat = '-1') => ({
    groups: { [chat]: { topics: { [topic]: { agentId } } } },
  });
  const list = [{ id: 'main', default: true }, { id: 'work' }, { id: 'other' }];
  const of = (telegram: object) => routingOf({ agents: { list }, channels: { telegram } });
  const topic: Conversation = {
    ...DIRECT,
    peer: { kind: 'group', id: '-1:topic:42' },
    parent: { kind: 'group', id: '-1' },
  };
  const alpha: Conversation = { ...topic, account: 'Alpha' };
  const vague: Conversation = { ...topic, account: UNKNOWN };
  const two = { accounts: { default: {}, alpha: {} } };
  const one = topics('Work');

  it.each<[string, string | null, object, Conversation, string | null | typeof UNKNOWN]>([
    ['named', MIDDLE, one, topic, 'work'],
    ['named', FILES, one, topic, 'work'],
    ['named', NEW, one, topic, 'work'],
    ['the oldest has no such key', OLD, one, topic, null],
    ['between', '2026.3.2', one, topic, 'work'],
    ['an unknown version', null, one, topic, 'work'],
    ['another topic', NEW, topics('work', '43'), topic, null],
    ['another group', NEW, topics('work', '42', '-2'), topic, null],
    ['the group itself', NEW, one, { ...topic, peer: { kind: 'group', id: '-1' } }, null],
    ['another channel', NEW, one, { ...topic, channel: 'discord' }, null],
    ['nothing named', NEW, {}, topic, null],
    ['an agent that is not listed', NEW, topics('ghost'), topic, UNKNOWN],
    ['every topic', NEW, topics('work', '*'), topic, UNKNOWN],
    ['every group', FILES, topics('work', '42', '*'), topic, UNKNOWN],
    [
      'every group, but this one is named',
      FILES,
      { groups: { ...topics('other', '42', '*').groups, ...one.groups } },
      topic,
      'work',
    ],
    ['one account', FILES, { ...one, accounts: { alpha: {} } }, alpha, 'work'],
    ['two accounts', FILES, { ...one, ...two }, alpha, null],
    ['two accounts', NEW, { ...one, ...two }, alpha, 'work'],
    ['two accounts, not looked at', MIDDLE, { ...one, ...two }, alpha, UNKNOWN],
    ['two accounts, between', '2026.8.1', { ...one, ...two }, alpha, UNKNOWN],
    ['two accounts, one its own', FILES, { ...one, accounts: { default: {}, ALPHA: topics('other') } }, alpha, 'other'],
    ['two accounts, one its own', FILES, { ...one, accounts: { default: {}, alpha: topics('other') } }, topic, null],
    ['its own groups without the topic', NEW, { ...one, accounts: { alpha: { groups: {} } } }, alpha, UNKNOWN],
    ['the account unknown, one entry for all', NEW, { ...one, ...two }, vague, 'work'],
    [
      'the account unknown, one its own',
      NEW,
      { ...one, accounts: { default: {}, alpha: topics('other') } },
      vague,
      UNKNOWN,
    ],
    ['the account unknown, none has it', FILES, { ...one, ...two }, vague, null],
    ['a direct chat with topics', NEW, { direct: { 111: { topics: { 5: { agentId: 'work' } } } } }, DIRECT, UNKNOWN],
    ['a direct chat without', NEW, one, DIRECT, null],
  ])('%s (%s)', (_, version, telegram, conversation, agent) => {
    expect(topicAgent(of(telegram), version, conversation)).toBe(agent);
  });

  it('takes any name where no agents are listed', () => {
    expect(topicAgent(routingOf({ channels: { telegram: topics('ghost') } }), FILES, topic)).toBe('ghost');
  });
});
