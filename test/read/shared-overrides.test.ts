import { expect, it } from 'vitest';
import { withSharedOverrides } from '../../src/read/shared-overrides.ts';
import { aStoredSession } from '../support/snapshot.ts';

const GROUP = 'agent:main:telegram:group:-100';
const CHOSEN = { model: 'small', provider: 'mock', isFallback: false };
const PARENT = aStoredSession({ key: GROUP, override: CHOSEN });

it.each([
  ['a topic', { key: `${GROUP}:topic:5`, overrideParent: GROUP }, CHOSEN],
  ['a thread whose key does not say so', { key: 'agent:main:discord:channel:7', overrideParent: GROUP }, CHOSEN],
  [
    'one that has its own',
    { key: `${GROUP}:topic:5`, overrideParent: GROUP, override: { ...CHOSEN, model: 'own' } },
    { ...CHOSEN, model: 'own' },
  ],
  [
    'one whose parent is not there',
    { key: 'agent:main:telegram:group:-7:topic:5', overrideParent: 'agent:main:telegram:group:-7' },
    null,
  ],
  ['a chat without a parent', { key: 'agent:main:telegram:direct:1' }, null],
  ['a subagent', { key: 'agent:main:subagent:x', overrideParent: GROUP }, null],
])('%s has the model that was chosen for it or its parent', (_, changes, override) => {
  const [, session] = withSharedOverrides([PARENT, aStoredSession(changes)]);
  expect(session?.override).toEqual(override);
});

it('does not share a model that OpenClaw fell back to', () => {
  const parent = { ...PARENT, override: { ...CHOSEN, isFallback: true } };
  const topic = aStoredSession({ key: `${GROUP}:topic:5`, overrideParent: GROUP });
  expect(withSharedOverrides([parent, topic])).toEqual([parent, topic]);
});
