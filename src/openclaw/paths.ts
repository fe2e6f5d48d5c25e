/** Where OpenClaw has its state directory and its config file on this host. */
import { isAbsolute, join, resolve } from 'node:path';

/** Names that OpenClaw's state folder had under its earlier names; still used where they exist and `.openclaw` does not. */
const LEGACY_STATE_NAMES = ['.clawdbot', '.moltbot', '.moldbot'] as const;
const LEGACY_CONFIG_NAMES = ['clawdbot.json', 'moltbot.json', 'moldbot.json'] as const;

/** A state directory, and what made it the one. */
export interface ChosenStateDir {
  readonly path: string;
  /** As it goes on after "because". */
  readonly why: string;
}

/**
 * The state directory that OpenClaw itself would use on this host, whether or not it exists.
 * Order of 2026.2 to 2026.9: OPENCLAW_STATE_DIR, CLAWDBOT_STATE_DIR, profile, `~/.openclaw`, an existing legacy folder.
 * `home` is the user's home; OPENCLAW_HOME (2026.2.9 and later) overrides it.
 */
export function resolveStateDir(
  env: NodeJS.ProcessEnv,
  home: string,
  isDirectory: (path: string) => boolean,
): ChosenStateDir {
  const base = resolveHome(env, home);
  for (const name of ['OPENCLAW_STATE_DIR', 'CLAWDBOT_STATE_DIR'] as const) {
    const given = firstText(env[name]);
    if (given !== null) return { path: expandHome(given, base), why: `${name} names it` };
  }
  // `openclaw --profile X` sets the variables for its own process only; a service file carries OPENCLAW_PROFILE.
  const profile = firstText(env.OPENCLAW_PROFILE);
  if (profile !== null && profile !== 'default') {
    return { path: join(base, `.openclaw-${profile}`), why: `OPENCLAW_PROFILE is ${profile}` };
  }
  const current = join(base, '.openclaw');
  if (isDirectory(current)) return { path: current, why: 'it is the default place' };
  const legacy = LEGACY_STATE_NAMES.map((name) => join(base, name)).find(isDirectory);
  if (legacy === undefined) return { path: current, why: 'it is the default place, and nothing names another one' };
  return { path: legacy, why: 'it has the name of before, and there is no .openclaw beside it' };
}

/** The config file that OpenClaw would read for this state directory, whether or not it exists. */
export function resolveConfigPath(
  env: NodeJS.ProcessEnv,
  home: string,
  stateDir: string,
  exists: (path: string) => boolean,
): string {
  const given = firstText(env.OPENCLAW_CONFIG_PATH, env.CLAWDBOT_CONFIG_PATH);
  if (given !== null) return expandHome(given, resolveHome(env, home));
  const current = join(stateDir, 'openclaw.json');
  if (exists(current)) return current;
  const legacy = LEGACY_CONFIG_NAMES.map((name) => join(stateDir, name)).find(exists);
  return legacy ?? current;
}

/** The home that OpenClaw uses: OPENCLAW_HOME (2026.2.9 and later), else the user's. */
export function resolveHome(env: NodeJS.ProcessEnv, home: string): string {
  const given = firstText(env.OPENCLAW_HOME);
  return given === null ? home : expandHome(given, home);
}

function expandHome(path: string, home: string): string {
  if (path === '~') return home;
  if (path.startsWith('~/')) return join(home, path.slice(2));
  return isAbsolute(path) ? path : resolve(path);
}

function firstText(...values: (string | undefined)[]): string | null {
  for (const value of values) {
    const text = value?.trim();
    if (text !== undefined && text !== '') return text;
  }
  return null;
}
