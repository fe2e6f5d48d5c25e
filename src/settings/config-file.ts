import { describeError, ExporterError } from '../errors.ts';
import { isObject } from '../is-object.ts';
import { type Flaw, flaw, noKeys, unknownKey } from './content.ts';
import type { Mistake } from './mistakes.ts';
import { NO_POLICY, POLICY_KEYS, type Policy, parsePolicy } from './policy.ts';
import { readSmallFile } from './small-file.ts';
import { parseYaml, type YamlFile } from './yaml-file.ts';

/** What a YAML config file says. */
export interface YamlConfig {
  /** By flag name, each as a flag would have it. */
  readonly values: ReadonlyMap<string, readonly YamlValue[]>;
  readonly policy: Policy;
  /** What is wrong with it, beside the values themselves. */
  readonly mistakes: readonly Mistake[];
}

/** Bytes: room for thousands of rules. */
const LARGEST_BYTES = 1024 * 1024;

interface YamlValue {
  readonly text: string;
  readonly line: number;
}

/**
 * Keys are those of the flags, nested at their dots or whole (`scan: { timeout: 30s }` or `scan.timeout: 30s`), and
 * those of the policy. Throws an ExporterError when it cannot be read, or is no YAML.
 */
export function readYaml(path: string, known: readonly string[]): YamlConfig {
  let text: string;
  try {
    text = readSmallFile(path, LARGEST_BYTES);
  } catch (error) {
    throw new ExporterError('E_CONFIG', `--config.file: ${path} cannot be read (${describeError(error)})`);
  }
  const file = parseYaml(text, path);
  const content = file.content ?? {};
  const values = new Map<string, YamlValue[]>();
  if (!isObject(content)) return { values, policy: NO_POLICY, mistakes: [file.mistake(noKeys([], topKeys(known)))] };
  const isPolicy = ([key]: [string, unknown]) => POLICY_KEYS.includes(key);
  const entries = Object.entries(content);
  const { policy, flaws } = parsePolicy(Object.fromEntries(entries.filter(isPolicy)));
  const found: Flaw[] = [...flaws];
  collect(Object.fromEntries(entries.filter((entry) => !isPolicy(entry))), [], { file, known, values, flaws: found });
  return { values, policy, mistakes: found.map(file.mistake) };
}

interface Collection {
  readonly file: YamlFile;
  readonly known: readonly string[];
  readonly values: Map<string, YamlValue[]>;
  readonly flaws: Flaw[];
}

function collect(content: object, at: readonly string[], collection: Collection): void {
  const { known, flaws } = collection;
  for (const [key, value] of Object.entries(content)) {
    const here = [...at, key];
    const name = here.join('.');
    const keys = keysIn(name, known);
    // `session` is a flag, and `session.limit` is one.
    if (isObject(value) && keys.length > 0) collect(value, here, collection);
    else if (known.includes(name)) take(name, here, value, collection);
    else if (keys.length > 0) flaws.push(noKeys(here, keys));
    else {
      const keysHere = at.length === 0 ? topKeys(known) : keysIn(at.join('.'), known);
      const words = [...topKeys(known), ...known];
      flaws.push(unknownKey(at, key, { keys: keysHere, words, given: name }));
    }
  }
}

function take(name: string, at: readonly string[], value: unknown, { file, values, flaws }: Collection): void {
  if (values.has(name)) {
    flaws.push(flaw(at, 'is there twice'));
    return;
  }
  const items = Array.isArray(value)
    ? value.map((item: unknown, index) => ({ item, place: [...at, index] }))
    : [{ item: value, place: at }];
  values.set(
    name,
    items.flatMap(({ item, place }) => {
      if (isScalar(item)) return [{ text: String(item), line: file.lineOf(place) }];
      flaws.push(flaw(place, 'must be a text, a number, true or false'));
      return [];
    }),
  );
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function topKeys(known: readonly string[]): string[] {
  return [...POLICY_KEYS, ...new Set(known.map((name) => name.split('.', 1).join()))];
}

/** Those that may stand below a key. */
function keysIn(name: string, known: readonly string[]): string[] {
  return known.flatMap((each) => (each.startsWith(`${name}.`) ? [each.slice(name.length + 1)] : []));
}
