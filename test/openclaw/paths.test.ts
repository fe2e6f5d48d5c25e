import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfigPath, resolveStateDir } from '../../src/openclaw/paths.ts';

const HOME = '/home/ada';

interface StateCase {
  when: string;
  env?: Record<string, string>;
  folders?: string[];
  dir: string;
}

describe('resolveStateDir', () => {
  it.each<StateCase>([
    { when: 'nothing is set and nothing is there', dir: '/home/ada/.openclaw' },
    { when: 'only its own folder is there', folders: ['.openclaw'], dir: '/home/ada/.openclaw' },
    { when: 'its own and a legacy folder are there', folders: ['.openclaw', '.clawdbot'], dir: '/home/ada/.openclaw' },
    { when: 'the first legacy folder is there', folders: ['.clawdbot'], dir: '/home/ada/.clawdbot' },
    { when: 'the second legacy folder is there', folders: ['.moltbot'], dir: '/home/ada/.moltbot' },
    { when: 'the third legacy folder is there', folders: ['.moldbot'], dir: '/home/ada/.moldbot' },
    { when: 'all legacy folders are', folders: ['.moldbot', '.moltbot', '.clawdbot'], dir: '/home/ada/.clawdbot' },
    { when: 'the state dir is set', env: { OPENCLAW_STATE_DIR: '/data/claw' }, dir: '/data/claw' },
    { when: 'it is set and another is there', env: { OPENCLAW_STATE_DIR: '/d' }, folders: ['.openclaw'], dir: '/d' },
    { when: 'the old name is set', env: { CLAWDBOT_STATE_DIR: '/data/clawd' }, dir: '/data/clawd' },
    { when: 'both names are set', env: { CLAWDBOT_STATE_DIR: '/old', OPENCLAW_STATE_DIR: '/new' }, dir: '/new' },
    { when: 'the new name is blank', env: { CLAWDBOT_STATE_DIR: '/old', OPENCLAW_STATE_DIR: ' ' }, dir: '/old' },
    { when: 'both are blank', env: { CLAWDBOT_STATE_DIR: '', OPENCLAW_STATE_DIR: '' }, dir: '/home/ada/.openclaw' },
    { when: 'it is set with spaces around', env: { OPENCLAW_STATE_DIR: ' /data/claw ' }, dir: '/data/claw' },
    { when: 'it is set with a tilde', env: { OPENCLAW_STATE_DIR: '~/claw' }, dir: '/home/ada/claw' },
    { when: 'it is a tilde', env: { OPENCLAW_STATE_DIR: '~' }, dir: '/home/ada' },
    { when: 'it is relative', env: { OPENCLAW_STATE_DIR: 'state/claw' }, dir: resolve('state/claw') },
    { when: 'a profile is set', env: { OPENCLAW_PROFILE: 'work' }, dir: '/home/ada/.openclaw-work' },
    { when: 'the profile is dev', env: { OPENCLAW_PROFILE: 'dev' }, dir: '/home/ada/.openclaw-dev' },
    { when: 'the profile is default', env: { OPENCLAW_PROFILE: 'default' }, dir: '/home/ada/.openclaw' },
    { when: 'the profile is blank', env: { OPENCLAW_PROFILE: '' }, dir: '/home/ada/.openclaw' },
    {
      when: 'a profile is set and the plain folder is there',
      env: { OPENCLAW_PROFILE: 'work' },
      folders: ['.openclaw', '.clawdbot'],
      dir: '/home/ada/.openclaw-work',
    },
    { when: 'a dir and a profile', env: { OPENCLAW_PROFILE: 'work', OPENCLAW_STATE_DIR: '/data' }, dir: '/data' },
    { when: 'the home is set', env: { OPENCLAW_HOME: '/srv/claw' }, dir: '/srv/claw/.openclaw' },
    { when: 'the home is set with a tilde', env: { OPENCLAW_HOME: '~/claw' }, dir: '/home/ada/claw/.openclaw' },
    { when: 'home and profile', env: { OPENCLAW_HOME: '/srv', OPENCLAW_PROFILE: 'x' }, dir: '/srv/.openclaw-x' },
    { when: 'home and dir are set', env: { OPENCLAW_HOME: '/srv', OPENCLAW_STATE_DIR: '/data' }, dir: '/data' },
  ])('is $dir when $when', ({ env = {}, folders = [], dir }) => {
    const there = new Set(folders.map((name) => join(HOME, name)));
    expect(resolveStateDir(env, HOME, (path) => there.has(path)).path).toBe(dir);
  });

  it.each([
    [{ OPENCLAW_STATE_DIR: '/d' }, 'OPENCLAW_STATE_DIR names it'],
    [{ CLAWDBOT_STATE_DIR: '/d' }, 'CLAWDBOT_STATE_DIR names it'],
    [{ OPENCLAW_PROFILE: 'work' }, 'OPENCLAW_PROFILE is work'],
    [{}, 'it has the name of before, and there is no .openclaw beside it'],
  ])('says why: %o', (env, why) => {
    expect(resolveStateDir(env, HOME, (path) => path.endsWith('.moltbot')).why).toBe(why);
  });

  it('looks for legacy folders in the home that is set', () => {
    const there = (path: string) => path === '/srv/.moltbot' || path === '/home/ada/.clawdbot';
    expect(resolveStateDir({ OPENCLAW_HOME: '/srv' }, HOME, there).path).toBe('/srv/.moltbot');
  });
});

interface ConfigCase {
  when: string;
  env?: Record<string, string>;
  files?: string[];
  path: string;
}

describe('resolveConfigPath', () => {
  it.each<ConfigCase>([
    { when: 'there is none', path: '/state/openclaw.json' },
    { when: 'it is there', files: ['openclaw.json'], path: '/state/openclaw.json' },
    { when: 'it and a legacy one', files: ['openclaw.json', 'clawdbot.json'], path: '/state/openclaw.json' },
    { when: 'only the first legacy one', files: ['clawdbot.json'], path: '/state/clawdbot.json' },
    { when: 'only the second', files: ['moltbot.json'], path: '/state/moltbot.json' },
    { when: 'only the third', files: ['moldbot.json'], path: '/state/moldbot.json' },
    { when: 'two legacy ones are there', files: ['moldbot.json', 'moltbot.json'], path: '/state/moltbot.json' },
    { when: 'a path is set', env: { OPENCLAW_CONFIG_PATH: '/etc/claw.json5' }, path: '/etc/claw.json5' },
    { when: 'the old name is set', env: { CLAWDBOT_CONFIG_PATH: '/etc/old.json' }, path: '/etc/old.json' },
    { when: 'both are set', env: { CLAWDBOT_CONFIG_PATH: '/b', OPENCLAW_CONFIG_PATH: '/a' }, path: '/a' },
    { when: 'it is blank', env: { OPENCLAW_CONFIG_PATH: ' ' }, path: '/state/openclaw.json' },
    { when: 'set and one is there', env: { OPENCLAW_CONFIG_PATH: '/a' }, files: ['openclaw.json'], path: '/a' },
    { when: 'it has a tilde', env: { OPENCLAW_CONFIG_PATH: '~/c.json' }, path: '/home/ada/c.json' },
    { when: 'it is relative', env: { OPENCLAW_CONFIG_PATH: 'c.json' }, path: resolve('c.json') },
  ])('is $path when $when', ({ env = {}, files = [], path }) => {
    const there = new Set(files.map((name) => `/state/${name}`));
    expect(resolveConfigPath(env, HOME, '/state', (file) => there.has(file))).toBe(path);
  });
});
