import { expect, it } from 'vitest';
import { parseEntry } from '../../src/openclaw/index-entry.ts';
import { parseKey } from '../../src/openclaw/keys.ts';
import { chosenModels, modelOverride } from '../../src/openclaw/model-override.ts';

const GROUP = 'agent:main:telegram:group:-100';
const TOPIC = `${GROUP}:topic:5`;
const CHOSEN = { modelOverride: 'small', providerOverride: 'mock' };
const SMALL = { model: 'small', provider: 'mock', isFallback: false };

function overrideIn(entries: Readonly<Record<string, object>>, key: string) {
  const parsed = new Map(Object.entries(entries).map(([name, value]) => [name, parseEntry(value)]));
  const entry = parsed.get(key);
  if (!entry) throw new Error(`no entry ${key}`);
  return modelOverride({ key, parsedKey: parseKey(key), chatType: entry.chatType, entry }, chosenModels(parsed));
}

it.each([
  ['one that chose', GROUP, {}, SMALL],
  ['one that chose without a name for the provider', 'agent:main:main', { modelOverride: ' m ' }, { model: 'm' }],
  [
    'one that OpenClaw fell back for',
    'agent:main:main',
    { ...CHOSEN, modelOverrideSource: 'auto' },
    { isFallback: true },
  ],
  ['a topic', TOPIC, {}, SMALL],
  ['a thread whose key does not say so', 'agent:main:discord:channel:7', { parentSessionKey: GROUP }, SMALL],
  ['a topic that has its own', TOPIC, { modelOverride: 'own' }, { model: 'own', provider: null }],
  ['a topic that went back to the configured one', TOPIC, { ...CHOSEN, modelOverrideSource: 'default' }, null],
  ['a topic whose parent is not there', 'agent:main:telegram:group:-7:topic:5', {}, null],
  ['a chat without a parent', 'agent:main:telegram:direct:1', {}, null],
  ['a subagent', 'agent:main:subagent:x', { parentSessionKey: GROUP }, null],
])('%s has the model that was chosen for it or its parent', (_, key, entry, override) => {
  const found = overrideIn({ [key]: entry, [GROUP]: CHOSEN }, key);
  if (override === null) expect(found).toBeNull();
  else expect(found).toMatchObject(override);
});

it('shares the model of an archived parent, as OpenClaw does', () => {
  expect(overrideIn({ [GROUP]: { ...CHOSEN, archivedAt: 1 }, [TOPIC]: {} }, TOPIC)).toEqual(SMALL);
});

it('does not share a model that OpenClaw fell back to', () => {
  expect(overrideIn({ [GROUP]: { ...CHOSEN, modelOverrideSource: 'auto' }, [TOPIC]: {} }, TOPIC)).toBeNull();
});
