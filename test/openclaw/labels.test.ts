import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  agentLabel,
  channelLabel,
  labelContext,
  modelLabel,
  privateLabel,
  sessionLabel,
  versionLabel,
} from '../../src/openclaw/labels.ts';
import { STORES, storeFacts } from '../support/stores.ts';

const SALT = Buffer.from('salt');
const ID = '0b8a1c2d-1111-4222-8333-444455556666';
const CONTEXT = labelContext(SALT, ['main', 'ops', 'ada'], ['mychat']);
const PLAIN = labelContext(null, [], []);

/** `#` stands for a digest. */
function shape(label: string): string {
  return label.replace(/(?<=^|:)[0-9a-f]{10}(?=:|$)/g, '#');
}

describe('sessionLabel', () => {
  it.each([
    ['main', 'main'],
    ['global', 'global'],
    ['unknown', 'unknown'],
    ['agent:ops:main', 'agent:ops:main'],
    ['agent:stranger:main', 'agent:#:main'],
    ['agent:ops:dm:12345', 'agent:ops:dm:#'],
    ['agent:ops:direct:12345', 'agent:ops:direct:#'],
    ['agent:ops:telegram:direct:12345', 'agent:ops:telegram:direct:#'],
    ['agent:ops:telegram:work:direct:12345', 'agent:ops:telegram:#:direct:#'],
    ['agent:ops:telegram:group:-1001:topic:42', 'agent:ops:telegram:group:#:topic:#'],
    ['agent:ops:discord:channel:42:thread:99', 'agent:ops:discord:channel:#:thread:#'],
    ['agent:ops:mychat:direct:12345', 'agent:ops:mychat:direct:#'],
    ['agent:ops:foreign:direct:12345', 'agent:ops:#:direct:#'],
    ['agent:ops:matrix:direct:@ada:example.org', 'agent:ops:matrix:direct:#:#'],
    ['agent:ops:openai-user:ada@example.org', 'agent:ops:openai-user:#'],
    [`agent:ops:openai:${ID}`, `agent:ops:openai:${ID}`],
    [`agent:ops:subagent:${ID}`, `agent:ops:subagent:${ID}`],
    [`agent:ops:cron:daily-report:run:${ID}`, `agent:ops:cron:#:run:${ID}`],
    ['agent:ops:hook:gmail', 'agent:ops:hook:#'],
    ['agent:ops:main:heartbeat', 'agent:ops:main:heartbeat'],
    ['agent:ops:node-7f3a', 'agent:ops:#'],
    ['agent:ops:my-label', 'agent:ops:#'],
    ['agent:ops:Telegram:direct:1', 'agent:ops:#:direct:#'],
    ['+491701234567', '#'],
    ['telegram:group:-1001', 'telegram:group:#'],
    ['agent:ops:', 'agent:ops:'],
    ['a b"c\\d\ne', '#'],
    ['', ''],
    ['::', '::'],
    ['agent:ops:direct:toString', 'agent:ops:direct:#'],
    // A person may be called as an agent is: an agent's id is public in its own place only.
    ['agent:ops:direct:ada', 'agent:ops:direct:#'],
    ['ada', '#'],
    ['agent:ada:main', 'agent:ada:main'],
    // A peer that is spelt as a word of the grammar or as a channel is a peer all the same.
    ['agent:ops:twitch:group:main', 'agent:ops:twitch:group:#'],
    ['agent:ops:twitch:direct:heartbeat', 'agent:ops:twitch:direct:#'],
    ['agent:ops:twitch:direct:telegram', 'agent:ops:twitch:direct:#'],
    ['agent:ops:discord:channel:1:thread:2:heartbeat', 'agent:ops:discord:channel:#:thread:#:heartbeat'],
    ['agent:ops:main:thread:42', 'agent:ops:main:thread:#'],
    ['agent:ops:wecom:default:group:wr1', 'agent:ops:wecom:#:group:#'],
    // A UUID is a person's, but where OpenClaw mints one.
    [`agent:ops:msteams:direct:${ID}`, 'agent:ops:msteams:direct:#'],
    [`agent:ops:signal:direct:uuid:${ID}`, 'agent:ops:signal:direct:#:#'],
    [`agent:ops:msteams:${ID}:direct:x`, 'agent:ops:msteams:#:direct:#'],
    [`agent:ops:${ID}`, 'agent:ops:#'],
    [`agent:ops:explicit:${ID}`, 'agent:ops:explicit:#'],
    [`agent:ops:openai-user:${ID}`, 'agent:ops:openai-user:#'],
    [`agent:ops:hook:gmail:${ID}`, 'agent:ops:hook:#:#'],
    [`agent:ops:explicit:model-run-${ID}`, `agent:ops:explicit:model-run-${ID}`],
    [`agent:ops:dashboard:incognito-${ID}`, `agent:ops:dashboard:incognito-${ID}`],
    [`agent:ops:tui-${ID}`, `agent:ops:tui-${ID}`],
    [`agent:ops:subagent:${ID}:subagent:${ID}`, `agent:ops:subagent:${ID}:subagent:${ID}`],
    [`agent:ops:acp:${ID}:x:oneshot:${ID}`, `agent:ops:acp:${ID}:#:oneshot:${ID}`],
    ['agent:ops:cron:run:run:x', 'agent:ops:cron:#:run:#'],
  ])('of %j is %j', (key, label) => {
    expect(shape(sessionLabel(key, CONTEXT))).toBe(label);
  });

  it('is the first 10 hex digits of the HMAC-SHA-256 of the part', () => {
    // printf 12345 | openssl dgst -sha256 -hmac salt
    expect(sessionLabel('agent:ops:direct:12345', CONTEXT)).toBe('agent:ops:direct:95f968c7bd');
  });

  it('shows no private part of a key', () => {
    const peer = fc.oneof(
      fc.emailAddress(),
      fc.stringMatching(/^\+[0-9]{8,15}$/),
      fc.stringMatching(/^-100[0-9]{10}$/),
      fc.stringMatching(/^@[A-Z][a-z]{3,12}$/),
      fc.string({ minLength: 12, unit: 'grapheme' }),
    );
    const around = fc.constantFrom(
      ['agent:ops:direct:', ''],
      ['agent:ops:telegram:', ':direct:1'],
      ['agent:ops:telegram:group:', ':topic:7'],
      ['agent:ops:', ''],
      ['', ''],
      ['agent:', ':main'],
    );
    fc.assert(
      fc.property(peer, around, (private_, [before, after]) => {
        // A peer of several parts is private in each that is no word of the grammar.
        const parts = private_.split(':').filter((part) => part.length >= 3 && shape(part) !== '#');
        const label = sessionLabel(`${before}${private_}${after}`, CONTEXT);
        for (const part of parts) expect(label.split(':')).not.toContain(part);
        if (parts.length === 1 && parts[0] === private_) expect(label).not.toContain(private_);
      }),
      { numRuns: 500 },
    );
  });

  it('is equal for equal keys and salts, and differs with salt or private part', () => {
    const peer = fc.stringMatching(/^[0-9]{5,12}$/);
    fc.assert(
      fc.property(peer, peer, (one, two) => {
        const key = `agent:ops:telegram:direct:${one}`;
        const label = sessionLabel(key, CONTEXT);
        expect(sessionLabel(key, labelContext(Buffer.from('salt'), ['ops'], []))).toBe(label);
        expect(sessionLabel(key, labelContext(Buffer.from('other'), ['ops'], []))).not.toBe(label);
        if (one !== two) expect(sessionLabel(`agent:ops:telegram:direct:${two}`, CONTEXT)).not.toBe(label);
      }),
    );
  });

  it('gives a part the same digest in every place, so that a peer can be followed from key to key', () => {
    const [direct] = sessionLabel('agent:ops:direct:12345', CONTEXT).split(':').slice(-1);
    expect(sessionLabel('agent:main:signal:work:direct:12345', CONTEXT)).toMatch(new RegExp(`:${direct}$`));
    expect(privateLabel('12345', SALT)).toBe(direct);
  });

  it('is the key itself without a salt', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (key) => {
        expect(sessionLabel(key, PLAIN)).toBe(key);
      }),
    );
    expect(sessionLabel('agent:ops:\ud800x', PLAIN)).toBe('agent:ops:\ufffdx');
  });

  interface FactPeer {
    peer?: { id?: string | null; account?: string | null } | null;
    account?: string | null;
    key: string;
  }

  it.each(STORES)('shows no peer and no account of %s', (store) => {
    const facts = storeFacts(store);
    const context = labelContext(SALT, Object.keys(facts.agents), []);
    let peers = 0;
    const sessions: readonly FactPeer[] = facts.sessions;
    for (const { key, peer, account } of sessions) {
      // An account may be called as an agent is, and that stands in front.
      const parts = sessionLabel(key, context)
        .split(':')
        .slice(key.startsWith('agent:') ? 2 : 0);
      for (const known of [peer?.id, peer?.account, account]) {
        if (typeof known !== 'string') continue;
        peers += 1;
        for (const part of known.toLowerCase().split(':')) expect(parts).not.toContain(part);
      }
    }
    expect(peers).toBeGreaterThan(0);
  });

  it.each(STORES)('gives every session of %s a label of its own', (store) => {
    const facts = storeFacts(store);
    const context = labelContext(SALT, Object.keys(facts.agents), []);
    const labels = facts.sessions.map(({ agent, key }) => `${agent} ${sessionLabel(key, context)}`);
    expect(labels.length).toBeGreaterThan(0);
    expect(new Set(labels).size).toBe(labels.length);
  });
});

describe('a label that is too long', () => {
  it.each([
    ['hashed', CONTEXT],
    ['plain', PLAIN],
  ])('has at most 256 bytes, and ends in a digest of the whole: %s', (_, context) => {
    const [one, two] = ['one', 'two'].map((end) => sessionLabel(`agent:ops:${'é:'.repeat(200)}${end}`, context));
    expect(Buffer.byteLength(one ?? '')).toBeLessThanOrEqual(256);
    expect(one).toMatch(/^agent:ops:.*:[0-9a-f]{10}$/);
    expect(one).not.toContain('\ufffd');
    expect(two).not.toBe(one);
  });
});

it('a key of more than 8,192 characters is one private word: its parts could be a million', () => {
  const start = 'agent:ops:';
  const [longest, longer] = [8192, 8193].map((length) => sessionLabel(start.padEnd(length, ':a'), CONTEXT));
  expect(longest).toMatch(/^agent:ops:/);
  expect(longer).toMatch(/^[0-9a-f]{10}$/);
});

describe('modelLabel', () => {
  it.each([
    'claude-opus-4-6',
    'anthropic/claude-opus-4',
    'openrouter/anthropic/claude-3.5-sonnet:beta',
    'qwen2.5:14b-instruct-q4_K_M',
    'deepseek-r1:0528',
    'hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M',
    '@cf/meta/llama-3',
    'us.anthropic.claude-3-5-sonnet-20241022-v2:0',
    'claude-opus-4@20250514',
    'google-vertex',
    'accounts/fireworks/models/kimi-k2p6',
    'fireworks/accounts/fireworks/routers/glm-5p2-fast',
    'google-vertex/publishers/google/models/gemini-2.5-pro',
    'o3',
  ])('shows %s', (name) => {
    expect(modelLabel(name, CONTEXT)).toBe(name);
  });

  it.each([
    '/home/ada/model',
    '~/model',
    './models/x',
    '../x',
    'home/ada/model',
    'models/llama.gguf',
    'a/b/c/d',
    'fireworks/accounts/ada-smith/models/own',
    'publishers/google/models/home/ada/own',
    'projects/ada-home/locations/europe/publishers/google/models/gemini-2.5-pro',
    'C:\\Users\\ada\\model',
    '\\\\server\\model',
    'file:///home/ada/model',
    'https://ada:secret@llm.example/v1',
    '//llm.example/x',
    'localhost:11434',
    'llm.example:8080/v1',
    '192.168.1.5',
    'ada@example.org',
    '@ada',
    '+491700000001',
    '491700000001',
    'my model',
  ])('hides %s', (name) => {
    expect(modelLabel(name, CONTEXT)).toMatch(/^[0-9a-f]{10}$/);
    expect(modelLabel(name, PLAIN)).toBe(name);
  });
});

describe('agentLabel and versionLabel', () => {
  it('show what is known, and no other', () => {
    expect(agentLabel('ops', CONTEXT)).toBe('ops');
    expect(agentLabel('491700000001', CONTEXT)).toMatch(/^[0-9a-f]{10}$/);
    expect(versionLabel('2026.9.6-beta.1', CONTEXT)).toBe('2026.9.6-beta.1');
    expect(versionLabel('2026.9.6+ada@example.org', CONTEXT)).toMatch(/^[0-9a-f]{10}$/);
    expect(versionLabel('ada', PLAIN)).toBe('ada');
  });
});

describe('privateLabel', () => {
  it.each([
    ['default', SALT, /^[0-9a-f]{10}$/],
    // Fixed words and channels are no exception here: an account can have any name.
    ['main', SALT, /^[0-9a-f]{10}$/],
    ['default', null, /^default$/],
    ['\ud800', null, /^\ufffd$/],
  ])('of %j', (value, salt, label) => {
    expect(privateLabel(value, salt)).toMatch(label);
  });
});

describe('channelLabel', () => {
  it.each([
    ['telegram', 'telegram'],
    ['mychat', 'mychat'],
    ['ada@example.org', null],
    ['main', null],
    [null, null],
  ])('of %j is %j', (channel, label) => {
    expect(channelLabel(channel, CONTEXT)).toBe(label);
  });
});
