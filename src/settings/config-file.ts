import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { describeError, ExporterError } from '../errors.ts';
import { isObject } from '../is-object.ts';
import { NO_POLICY, POLICY_KEYS, type Policy, parsePolicy } from './policy.ts';

/** What a YAML config file says. */
export interface YamlConfig {
  /** By flag name, each as a flag would have it. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly policy: Policy;
}

/**
 * Keys are those of the flags, nested at their dots or whole (`scan: { timeout: 30s }` or `scan.timeout: 30s`), and
 * those of the policy. Throws an ExporterError with file and key.
 */
export function readYaml(path: string, known: ReadonlySet<string>): YamlConfig {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ExporterError('E_CONFIG', `--config.file: ${path} cannot be read (${describeError(error)})`);
  }
  const content = parseYaml(text, path);
  if (content === null) return { values: new Map(), policy: NO_POLICY };
  if (!isObject(content)) throw new ExporterError('E_CONFIG', `${path}: the file must hold keys and values`);
  const values = new Map<string, string[]>();
  const isPolicy = ([key]: [string, unknown]) => POLICY_KEYS.includes(key);
  const entries = Object.entries(content);
  const policy = parsePolicy(Object.fromEntries(entries.filter(isPolicy)), path);
  collect(Object.fromEntries(entries.filter((entry) => !isPolicy(entry))), '', values, { path, known });
  return { values, policy };
}

/** Throws an ExporterError with the file and the line, and with nothing of its content. */
export function parseYaml(text: string, path: string): unknown {
  try {
    const document = parseDocument(text);
    const [problem] = document.errors;
    if (problem === undefined) return document.toJS();
    // Its first line says what and where; the others quote the file.
    throw new ExporterError('E_CONFIG', `${path}: ${problem.message.split('\n')[0]}`);
  } catch (error) {
    if (error instanceof ExporterError) throw error;
    // Aliases of aliases that would fill the memory, an alias of nothing, or more levels than the stack has.
    throw new ExporterError('E_CONFIG', `${path}: it cannot be read as YAML (${describeError(error)})`);
  }
}

interface Source {
  readonly path: string;
  readonly known: ReadonlySet<string>;
}

function collect(content: object, prefix: string, values: Map<string, string[]>, source: Source): void {
  for (const [key, value] of Object.entries(content)) {
    const name = prefix + key;
    const isGroup = isObject(value) && [...source.known].some((each) => each.startsWith(`${name}.`));
    // `session` is a flag, and `session.limit` is one.
    if (source.known.has(name) && !isGroup) {
      if (values.has(name)) throw new ExporterError('E_CONFIG', `${source.path}: ${name} is there twice`);
      values.set(
        name,
        (Array.isArray(value) ? value : [value]).map((item) => scalar(item, name, source)),
      );
    } else if (isGroup) {
      collect(value, `${name}.`, values, source);
    } else {
      throw new ExporterError('E_CONFIG', `${source.path}: ${name} is no key; see --help for those that are`);
    }
  }
}

function scalar(value: unknown, name: string, { path }: Source): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new ExporterError('E_CONFIG', `${path}: ${name} must be a text, a number, true or false`);
}
