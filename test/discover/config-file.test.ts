import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ConfigInput, KeptConfig } from '../../src/discover/config-file.ts';
import { newFolder } from '../support/folder.ts';

function stateWith(files: Record<string, string>): string {
  const folder = newFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

function read(stateDir: string, changes: Partial<ConfigInput> = {}) {
  const configPath = join(stateDir, 'openclaw.json');
  return new KeptConfig().read({
    configPath,
    stateDir,
    lastConfig: null,
    mappings: [],
    home: '/nobody',
    env: {},
    ...changes,
  });
}

function agentsOf(stateDir: string, changes: Partial<ConfigInput> = {}) {
  const { config, error } = read(stateDir, changes);
  return { agents: config.agents.map(({ id, model }) => (model === null ? id : `${id} ${model}`)), error };
}

describe('$include', () => {
  it('takes one file or several, relative to the one that includes, and merges lists one after the other', () => {
    const stateDir = stateWith({
      'openclaw.json': `{ agents: { $include: ['./parts/one.json5', 'parts/two.json5'], defaults: { model: 'x/y' } } }`,
      'parts/one.json5': `{ list: [{ id: 'a' }], defaults: { contextTokens: 7000, model: 'lost/model' } }`,
      'parts/two.json5': `{ $include: './deeper/three.json5', list: [{ id: 'c' }] } // a comment`,
      'parts/deeper/three.json5': `{ list: [{ id: 'b' }] }`,
    });
    expect(agentsOf(stateDir)).toEqual({ agents: ['a', 'b', 'c'], error: null });
    expect(read(stateDir).config).toMatchObject({ defaultModel: 'x/y', defaultContextTokens: 7000 });
  });

  it('of another host’s absolute path is found beside the config, or where a mapping says', () => {
    const stateDir = stateWith({
      'openclaw.json': `{ agents: { $include: '/home/gone/.openclaw/agents.json5' } }`,
      'agents.json5': `{ list: [{ id: 'beside' }] }`,
      'mapped/agents.json5': `{ list: [{ id: 'mapped' }] }`,
    });
    expect(agentsOf(stateDir).agents).toEqual(['beside']);
    const mappings = [{ from: '/home/gone/.openclaw', to: join(stateDir, 'mapped') }];
    expect(agentsOf(stateDir, { mappings }).agents).toEqual(['mapped']);
  });

  it.each([
    ['a file that is not there', `{ agents: { $include: './gone.json5' } }`, 'missing'],
    ['one out of the config’s folder', `{ agents: { $include: '../outside.json5' } }`, /missing|outside/],
    ['itself', `{ $include: './openclaw.json' }`, 'a file includes itself'],
    ['no path', `{ agents: { $include: 7 } }`, 'an include is no path'],
    ['a list with keys beside it', `{ agents: { $include: './list.json5', list: [] } }`, /not an object/],
    ['what does not parse', `{ agents: { $include: './bad.json5' } }`, /JSON5/],
  ])('of %s makes the config unusable', (_, text, error) => {
    const stateDir = stateWith({ 'openclaw.json': text, 'list.json5': '[1]', 'bad.json5': '{' });
    expect(read(stateDir).error).toMatch(error);
  });

  it('goes ten files deep and no deeper', () => {
    const chain = (length: number) => {
      const files: Record<string, string> = { [`${length}.json5`]: `{ agents: { list: [{ id: 'deep' }] } }` };
      for (let at = 0; at < length; at += 1) {
        files[at === 0 ? 'openclaw.json' : `${at}.json5`] = `{ $include: './${at + 1}.json5' }`;
      }
      return stateWith(files);
    };
    expect(agentsOf(chain(10))).toEqual({ agents: ['deep'], error: null });
    expect(read(chain(11)).error).toMatch(/more than 10 deep/);
  });

  it('that is a loop of links is one that cannot be used', () => {
    const stateDir = stateWith({});
    symlinkSync(join(stateDir, 'openclaw.json'), join(stateDir, 'openclaw.json'));
    expect(agentsOf(stateDir)).toEqual({ agents: ['main'], error: 'its links lead round in a circle, ELOOP' });
  });

  it.each([
    ['2026.2.6-3', '../shared/agents.json5', 'loaded'],
    ['2026.2.6-3', '@shared@/agents.json5', 'loaded'],
    ['2026.2.6-3', './link.json5', 'loaded'],
    ['2026.2.17', '../shared/agents.json5', 'outside'],
    ['2026.4.29', './link.json5', 'outside'],
    ['2026.7.35', '../shared/agents.json5', 'by its root'],
    ['2026.9.6', '@shared@/agents.json5', 'by its root'],
    ['2026.9.6', './link.json5', 'by its root'],
    [null, '../shared/agents.json5', 'by its root'],
  ])('in %s of %s out of the config’s folder is %s', (version, include, expected) => {
    const folder = stateWith({
      'state/openclaw.json': '',
      'shared/agents.json5': `{ list: [{ id: 'shared' }] }`,
      'other/x.json5': '{}',
    });
    const stateDir = join(folder, 'state');
    symlinkSync(join(folder, 'shared/agents.json5'), join(stateDir, 'link.json5'));
    const meta = version === null ? {} : { lastTouchedVersion: version };
    const agents = { $include: include.replace('@shared@', join(folder, 'shared')) };
    writeFileSync(join(stateDir, 'openclaw.json'), JSON.stringify({ meta, agents }));
    const agentWith = (...roots: string[]) =>
      agentsOf(stateDir, { env: { OPENCLAW_INCLUDE_ROOTS: roots.join(':') } }).agents[0];
    const anywhere = expected === 'loaded' ? 'shared' : 'main';
    expect(agentWith()).toBe(anywhere);
    expect(agentWith(join(folder, 'other'), 'shared', '')).toBe(anywhere);
    const byRoot = expected === 'outside' ? 'main' : 'shared';
    expect(agentWith('/nonexistent', join(folder, 'shared'))).toBe(byRoot);
    expect(agentsOf(stateDir, { home: folder, env: { OPENCLAW_INCLUDE_ROOTS: '~/shared' } }).agents[0]).toBe(byRoot);
  });

  it('of a config that is a link lies beside the link', () => {
    const folder = stateWith({
      'etc/openclaw.json': `{ agents: { $include: './parts/agents.json5' } }`,
      'etc/parts/agents.json5': `{ list: [{ id: 'target' }] }`,
      'state/parts/agents.json5': `{ $include: 'more.json5' }`,
      'state/parts/more.json5': `{ list: [{ id: 'link' }] }`,
    });
    symlinkSync(join(folder, 'etc/openclaw.json'), join(folder, 'state/openclaw.json'));
    expect(agentsOf(join(folder, 'state'))).toEqual({ agents: ['link'], error: null });
  });

  it('of an absolute path in a folder that is a link is found', () => {
    const folder = stateWith({ 'disk/openclaw.json': '', 'disk/parts/agents.json5': `{ list: [{ id: 'a' }] }` });
    symlinkSync(join(folder, 'disk'), join(folder, 'state'));
    const include = join(folder, 'state/parts/agents.json5');
    writeFileSync(join(folder, 'disk/openclaw.json'), JSON.stringify({ agents: { $include: include } }));
    expect(agentsOf(join(folder, 'state'))).toEqual({ agents: ['a'], error: null });
  });

  it('and the config itself may begin with a byte order mark', () => {
    const stateDir = stateWith({
      'openclaw.json': `\ufeff{ agents: { $include: './agents.json5' } }`,
      'agents.json5': `\ufeff{ list: [{ id: 'a' }] }\r\n`,
    });
    expect(agentsOf(stateDir)).toEqual({ agents: ['a'], error: null });
  });

  it('does not follow a link that leads out of the config’s folder', () => {
    const elsewhere = stateWith({ 'agents.json5': `{ list: [{ id: 'secret' }] }` });
    const stateDir = stateWith({ 'openclaw.json': `{ agents: { $include: './link.json5' } }` });
    symlinkSync(join(elsewhere, 'agents.json5'), join(stateDir, 'link.json5'));
    expect(agentsOf(stateDir)).toEqual({ agents: ['main'], error: 'outside' });
  });
});

describe('variables', () => {
  const AGENTS = ['A', 'B', 'C', 'D', 'E'].map((name) => `{ id: "\${${name}}" }`).join();
  const VARS = '{ B: "lost", C: "lost", D: "from-vars", E: "spaces", NOBODY: "" }';
  const CONFIG = `{ env: { vars: ${VARS}, C: "from-env-block", shellEnv: {} }, agents: { list: [${AGENTS}, { id: "x", model: "$\${A}/\${NOBODY}" }] } }`;

  it('come from the environment, then .env, then the config; a blank one is none, and what nobody says stays', () => {
    const stateDir = stateWith({
      'openclaw.json': CONFIG,
      '.env': '\ufeffA=lost\nexport B="from-file" # a comment\n# C=1\nD=\n',
    });
    expect(agentsOf(stateDir, { env: { A: 'from-env', E: ' ' } })).toEqual({
      agents: ['from-env', 'from-file', 'from-env-block', 'from-vars', 'spaces', `x \${A}/\${NOBODY}`],
      error: null,
    });
  });

  it('of a .env of more than a MiB are not known, so the config cannot be used', () => {
    const stateDir = stateWith({ 'openclaw.json': CONFIG, '.env': `B=${'x'.repeat(1024 * 1024)}` });
    expect(agentsOf(stateDir).error).toBe('its .env is larger than 1 MiB');
  });
});
