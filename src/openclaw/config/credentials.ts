import type { ConfigFile } from './schema.ts';

/**
 * Whether the config alone says that Anthropic can be asked, by the profiles of these providers or by a variable that it
 * sets. false: it does not say so, and only the gateway's environment could.
 */
export function hasCredentials({ auth, env }: ConfigFile, providers: readonly string[]): boolean {
  const profiles = (auth?.profiles ?? []).flatMap(({ key: id, value }) =>
    value?.provider && providers.includes(value.provider) ? [{ id, kind: kindOf(value.provider, value.mode) }] : [],
  );
  const ordered = new Set(
    (auth?.order ?? []).flatMap(({ key, value }) => (providers.includes(key) ? (value ?? []) : [])),
  );
  if (profiles.some(({ id, kind }) => kind !== null && ordered.has(id))) return true;
  // With profiles of both kinds and no order OpenClaw does not choose between them.
  const kinds = new Set(profiles.flatMap(({ kind }) => (kind === null ? [] : [kind])));
  return kinds.size === 1 || variables(env).some((value) => value.trim() !== '' && !value.includes('${'));
}

function kindOf(provider: string, mode: string | null | undefined): 'key' | 'token' | null {
  if (provider === 'claude-cli' || mode === 'oauth' || mode === 'token') return 'token';
  return mode === 'api_key' ? 'key' : null;
}

const NAMES = ['ANTHROPIC_API_KEY', 'ANTHROPIC_OAUTH_TOKEN'] as const;

function variables(env: ConfigFile['env']): string[] {
  const inVars = (env?.vars ?? []).filter(({ key }) => NAMES.some((name) => name === key)).map(({ value }) => value);
  return [...inVars, ...NAMES.map((name) => env?.[name])].flatMap((value) => (value ? [value] : []));
}
