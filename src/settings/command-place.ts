import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isDirectory } from '../disk/files.ts';
import { type CommandPlace, shellQuoted } from '../openclaw/commands.ts';
import { resolveConfigPath, resolveStateDir } from '../openclaw/paths.ts';
import type { Settings } from './settings.ts';
import { userHome } from './user-home.ts';

/** Flags that find the store, or give sessions the names that they have here. */
const CARRIED = [
  'config.file',
  'openclaw.state-dir',
  'openclaw.config',
  'openclaw.path-map',
  'privacy.salt-file',
] as const;

/**
 * How a command that is pasted later finds what this run found. Flags are carried as they were given; what came from a variable
 * becomes a flag, since the shell that it is pasted into may not have it. What the config file says is found by that file.
 */
export function commandPlace(settings: Settings, env: NodeJS.ProcessEnv): CommandPlace {
  const { given, stateDir, configPath } = settings;
  const home = userHome();
  const isOwn = (path: string, of: (variables: NodeJS.ProcessEnv) => string) =>
    [{}, env].every((variables) => resolve(of(variables)) === path);
  const isUsualState = isOwn(stateDir, (variables) => resolveStateDir(variables, home, isDirectory).path);
  const isUsualConfig = isOwn(configPath, (variables) => resolveConfigPath(variables, home, stateDir, existsSync));
  const found = [
    ...(isUsualState || given.has('openclaw.state-dir') ? [] : [`--openclaw.state-dir ${shellQuoted(stateDir)}`]),
    ...(isUsualConfig || given.has('openclaw.config') ? [] : [`--openclaw.config ${shellQuoted(configPath)}`]),
  ];
  const carried = CARRIED.flatMap((name) =>
    (given.get(name) ?? []).flatMap(({ text, file }) => (file === null ? [`--${name} ${shellQuoted(text)}`] : [])),
  );
  return {
    flags: [...carried, ...found],
    variables: [
      ...(isUsualState ? [] : [`OPENCLAW_STATE_DIR=${shellQuoted(stateDir)}`]),
      ...(isUsualConfig ? [] : [`OPENCLAW_CONFIG_PATH=${shellQuoted(configPath)}`]),
    ],
  };
}
