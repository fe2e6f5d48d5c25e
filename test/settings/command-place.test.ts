import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { inPlace } from '../../src/openclaw/commands.ts';
import { commandPlace } from '../../src/settings/command-place.ts';
import { loadSettings } from '../../src/settings/settings.ts';
import { userHome } from '../../src/settings/user-home.ts';
import { newFolder } from '../support/folder.ts';

const USUAL = join(userHome(), '.openclaw');
let folder: string;

beforeEach(() => {
  folder = newFolder();
});

function place(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return commandPlace(loadSettings('scan', args, env), env);
}

describe('a command that is pasted later', () => {
  it('needs nothing where OpenClaw looks at the same place without being told', () => {
    expect(place([])).toEqual({ flags: [], variables: [] });
  });

  it('has the flags that find the store, as they were given, and no other', () => {
    const flags = [
      ...['--openclaw.state-dir', `${folder}/it's`],
      ...['--openclaw.config', `${folder}/a.json`],
      ...['--openclaw.path-map', '/host=/here', '--openclaw.path-map', '/b=/c'],
      ...['--privacy.salt-file', `${folder}/salt`, '--deep'],
    ];
    expect(place(flags)).toEqual({
      flags: [
        `--openclaw.state-dir '${folder}/it'\\''s'`,
        `--openclaw.config ${folder}/a.json`,
        "--openclaw.path-map '/host=/here'",
        "--openclaw.path-map '/b=/c'",
        `--privacy.salt-file ${folder}/salt`,
      ],
      variables: [`OPENCLAW_STATE_DIR='${folder}/it'\\''s'`, `OPENCLAW_CONFIG_PATH=${folder}/a.json`],
    });
  });

  it('has a flag for what a variable said, which the next shell may not have', () => {
    const flags = [`--openclaw.state-dir ${folder}`];
    const variables = [`OPENCLAW_STATE_DIR=${folder}`];
    expect(place([], { OPENCLAW_STATE_DIR: folder })).toEqual({ flags, variables });
    expect(place([], { OPENCLAW_STORE_EXPORTER_OPENCLAW_STATE_DIR: folder })).toEqual({ flags, variables });
    expect(place([], { OPENCLAW_CONFIG_PATH: `${folder}/a.json` })).toEqual({
      flags: [`--openclaw.config ${folder}/a.json`],
      variables: [`OPENCLAW_CONFIG_PATH=${folder}/a.json`],
    });
    mkdirSync(join(folder, '.openclaw'));
    expect(place([], { OPENCLAW_HOME: folder }).variables).toEqual([`OPENCLAW_STATE_DIR=${folder}/.openclaw`]);
  });

  it('names the usual place where a variable names another one', () => {
    const env = { OPENCLAW_STATE_DIR: folder };
    expect(place([`--openclaw.state-dir=${USUAL}`], env)).toEqual({
      flags: [`--openclaw.state-dir ${USUAL}`],
      variables: [`OPENCLAW_STATE_DIR=${USUAL}`],
    });
  });

  it('finds by the config file what that file says', () => {
    const file = join(folder, 'exporter.yml');
    writeFileSync(file, `openclaw:\n  state-dir: ${folder}\n`);
    expect(place([`--config.file=${file}`])).toEqual({
      flags: [`--config.file ${file}`],
      variables: [`OPENCLAW_STATE_DIR=${folder}`],
    });
  });
});

it('a step has what it needs behind the name of its command, or in front of it', () => {
  const both = { flags: ['--openclaw.state-dir /s'], variables: ['OPENCLAW_STATE_DIR=/s'] };
  const cases = [
    ['openclaw agents bindings', 'OPENCLAW_STATE_DIR=/s openclaw agents bindings'],
    ['openclaw-store-exporter repair --agent a', 'openclaw-store-exporter repair --openclaw.state-dir /s --agent a'],
    ['Restart the gateway.', 'Restart the gateway.'],
  ] as const;
  for (const [step, placed] of cases) {
    expect(inPlace(step, both)).toBe(placed);
    expect(inPlace(step, { flags: [], variables: [] })).toBe(step);
  }
});
