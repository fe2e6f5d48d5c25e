import { describe, expect, it } from 'vitest';
import { type Conversation, UNKNOWN } from '../../src/model/conversation.ts';
import { broadcastAgents, topicAgent } from '../../src/routing/broadcast-and-topics.ts';
import { routingOf } from '../support/openclaw-config.ts';
import { CALLED, DIRECT } from '../support/routes.ts';

const [OLD, MIDDLE, FILES, NEW] = CALLED;

describe('broadcastAgents', () => {
  const roster = ['main', 'work', 'a', 'b', 'c'];
  const broadcast = {
    strategy: 'parallel',
    '+491': ['Main', 'work', 'ghost'],
    'whatsapp:+491': ['work', 'c', 'ghost'],
    '+493': { agents: ['work'] },
    'whatsapp:+494': [],
    '+494': ['work'],
    'slack:C1': { agents: ['a'] },
    C1: ['b'],
    oc_1: ['a', 'b'],
    oc_2: { agents: ['a'] },
    ou_1: ['a'],
    'telegram:-1': ['work'],
    'telegram:-2:topic:7': ['work'],
    'telegram:111': [...Array.from({ length: 16 }, () => 'a'), 'b'],
  };
  const config = routingOf({ agents: { list: roster.map((id) => ({ id })) }, broadcast });
  const whatsapp: Conversation = { ...DIRECT, channel: 'whatsapp', peer: { kind: 'direct', id: '+491' } };
  const other = (id: string): Conversation => ({ ...whatsapp, peer: { kind: 'direct', id } });
  const slack: Conversation = { ...DIRECT, channel: ' Slack', peer: { kind: 'channel', id: ' C1 ' } };
  const feishu = (id: string, kind: 'group' | 'direct' = 'group'): Conversation => ({
    ...DIRECT,
    channel: 'feishu',
    peer: { kind, id },
  });
  const topic = (chat: string): Conversation => ({
    ...DIRECT,
    peer: { kind: 'group', id: `${chat}:topic:7` },
    parent: { kind: 'group', id: chat },
  });

  it.each<[string, string | null, Conversation, string[]]>([
    ['a peer of WhatsApp', OLD, whatsapp, ['main', 'work']],
    ['a peer of WhatsApp', FILES, whatsapp, ['main', 'work']],
    ['both forms', NEW, whatsapp, ['work', 'c']],
    ['both forms, where either may count', null, whatsapp, ['work', 'c', 'main']],
    ['another peer', NEW, other('+492'), []],
    ['options without a channel', NEW, other('+493'), []],
    ['an empty entry of the channel hides the other', NEW, other('+494'), []],
    ['and is not read before', FILES, other('+494'), ['work']],
    ['the strategy is no peer', OLD, other('strategy'), []],
    ['another channel, files', FILES, slack, []],
    ['another channel, not yet', '2026.9.4', slack, []],
    ['another channel', '2026.9.5', slack, ['a']],
    ['another channel', NEW, slack, ['a']],
    ['a Feishu group', FILES, feishu('oc_1'), ['a', 'b']],
    ['a Feishu group', '2026.3.13', feishu('oc_1'), ['a', 'b']],
    ['a Feishu group', NEW, feishu('oc_1'), ['a', 'b']],
    ['a Feishu group, not yet', '2026.2.23', feishu('oc_1'), []],
    ['a Feishu group, which may be asked for already', '2026.3.1', feishu('oc_1'), ['a', 'b']],
    ['a topic of a Feishu group', FILES, feishu('oc_1:topic:om_1:sender:ou_1'), ['a', 'b']],
    ['a sender in a Feishu group', FILES, feishu('oc_1:sender:ou_1'), ['a', 'b']],
    ['options of a Feishu group', NEW, feishu('oc_2'), []],
    ['a direct chat of Feishu', FILES, feishu('ou_1', 'direct'), []],
    ['a group of that id elsewhere', FILES, { ...feishu('oc_1'), channel: 'line' }, []],
    ['a topic of Telegram by its group', NEW, topic('-1'), ['work']],
    ['a topic of Telegram by itself', NEW, topic('-2'), ['work']],
    ['more than sixteen', NEW, DIRECT, ['a']],
    ['a version that is not known', null, slack, ['a']],
    ['a version outside', '2027.1.1', slack, ['a']],
  ])('%s (%s)', (_, version, conversation, agents) => {
    expect(broadcastAgents(config, version, conversation)).toEqual(agents);
  });

  it('takes any name where no agents are listed, but with the channel only the default agent', () => {
    const unlisted = routingOf({ broadcast: { '+491': ['ghost'], 'slack:C1': ['ghost', 'main'] } });
    expect(broadcastAgents(unlisted, NEW, whatsapp)).toEqual(['ghost']);
    expect(broadcastAgents(unlisted, NEW, slack)).toEqual(['main']);
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
