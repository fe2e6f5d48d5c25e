import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KINDS, parseKey, sessionKind } from '../../src/openclaw/keys.ts';

const ID = '0b8a1c2d-1111-4222-8333-444455556666';

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
    expect(parseKey(key)).toEqual({ agent: agent ?? null, kind, channel, thread });
  });

  it('never throws, and what it takes out of a key stands in it', () => {
    const segment = fc.constantFrom('agent', 'main', 'dm', 'group', 'topic', 'thread', 'cron', 'x', '', 'heartbeat');
    const key = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(segment, { maxLength: 9 }).map((parts) => parts.join(':')),
    );
    fc.assert(
      fc.property(key, fc.option(fc.string()), (text, chatType) => {
        const parsed = parseKey(text);
        for (const part of [parsed.agent, parsed.channel, parsed.thread])
          if (part !== null) expect(text).toContain(part);
        expect(KINDS).toContain(sessionKind(parsed, chatType));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps the agent of every key that has one', () => {
    const agent = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/);
    const rest = fc.string({ minLength: 1, unit: 'binary' }).filter((text) => !text.startsWith(':'));
    fc.assert(
      fc.property(agent, rest, (id, text) => {
        expect(parseKey(`agent:${id}:${text}`).agent).toBe(id);
      }),
    );
  });

  it('says the same of a key with an agent and of the rest alone', () => {
    fc.assert(
      fc.property(fc.constantFrom(...WITH_AGENT), ([rest]) => {
        expect({ ...parseKey(`agent:ops:${rest}`), agent: null }).toEqual(parseKey(rest));
      }),
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
