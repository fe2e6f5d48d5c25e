import { parseEnv } from 'node:util';
import { isObject } from '../../is-object.ts';
import { readConfigFile } from './schema.ts';

/** `${NAME}` in the strings of OpenClaw's config; `$${NAME}` stands for the text itself. Upper case only. */
const REFERENCE = /\$(\$?)\{([A-Z_][A-Z0-9_]*)\}/g;

/** The value of a variable; null when it is not set anywhere. */
export type Variable = (name: string) => string | null;

/**
 * The value with the variables in its strings filled in. OpenClaw 2026.2.17 refuses a config with a variable that is not
 * set, 2026.4.15 takes it. Here its text stays: the gateway's environment need not be ours.
 */
export function fillVariables(value: unknown, variable: Variable): unknown {
  if (typeof value === 'string') {
    return value.replace(REFERENCE, (text, dollar: string, name: string) =>
      dollar === '' ? (variable(name) ?? text) : text.slice(1),
    );
  }
  if (Array.isArray(value)) return value.map((item) => fillVariables(item, variable));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillVariables(item, variable)]));
}

/** `env` of the content of `openclaw.json`, by name: what stands in it itself comes before what stands in its `vars`. */
export function configVariables({ env }: Record<string, unknown>): Map<string, string> {
  const vars = readConfigFile({ env }).file.env?.vars ?? [];
  const own = isObject(env) ? Object.entries(env) : [];
  return new Map([
    ...vars.flatMap(({ key, value }) => (value === null ? [] : [[key, value] as const])),
    ...own.flatMap(([key, value]) => (typeof value === 'string' && value.trim() !== '' ? [[key, value] as const] : [])),
  ]);
}

/** The variables of a `.env` file, as OpenClaw's dotenv reads them: with comments, quotes, and values of several lines. */
export function parseEnvFile(text: string): Map<string, string> {
  return new Map(Object.entries(parseEnv(text.replace(/^\ufeff/, ''))).map(([name, value]) => [name, value ?? '']));
}
