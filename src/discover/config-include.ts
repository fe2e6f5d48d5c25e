import { realpathSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import JSON5 from 'json5';
import { isInside, openFile, readAt } from '../disk/files.ts';
import { hasMoreValues } from '../disk/json-budget.ts';
import { isObject } from '../is-object.ts';
import { readConfigFile } from '../openclaw/config/schema.ts';
import { fromHome, mapPath, normalizeAnyPath, type PathMapping } from '../openclaw/path-map.ts';
import { has } from '../openclaw/versions.ts';

const DEEPEST = 10;
/** Of a config with all that it includes, each file as often as it is included. The largest that people write has 100 KB. */
const MOST_FILES = 500;
const LARGEST_BYTES = 16 * 1024 * 1024;
const MOST_VALUES = 1_000_000;
/** JSON5 takes 60 to 100 times as long as JSON, and longer than a scan may be silent for 8 MB. */
const LARGEST_JSON5_BYTES = 2 * 1024 * 1024;

export interface IncludeInput {
  readonly mappings: readonly PathMapping[];
  /** Home of the gateway's user. */
  readonly home: string;
  /** `OPENCLAW_INCLUDE_ROOTS` is the gateway's, and ours stands for it. */
  readonly env: NodeJS.ProcessEnv;
  /** Called with every path that is looked at, before it is. */
  readonly note: (path: string) => void;
}

/**
 * The content of OpenClaw's config (JSON5) with its `$include`s in place. Throws a DiskError, a SyntaxError with line and
 * column, or an Error that says what is wrong with an include.
 */
export function loadConfig(path: string, input: IncludeInput): unknown {
  const { mappings, note } = input;
  // The config may lie anywhere (OPENCLAW_CONFIG_PATH), but what it includes lies beside or below it. Where the config is a
  // link, that is beside the link.
  const file = realpathSync(path);
  const budget = { files: MOST_FILES, bytes: LARGEST_BYTES };
  const content = parseFile(file, dirname(file), { note, budget });
  const folder = realpathSync(dirname(path));
  const roots = [folder, ...furtherRoots(versionOf(content), input)];
  return expand(content, { roots, mappings, note, budget, within: [join(folder, basename(path))] });
}

interface Budget {
  files: number;
  bytes: number;
}

interface Place {
  /** The folders that an include may lie in, as real paths; the first one is the config's. */
  readonly roots: readonly string[];
  readonly mappings: readonly PathMapping[];
  readonly note: IncludeInput['note'];
  /** What may still be read of files. */
  readonly budget: Budget;
  /** The files that include one another down to here. */
  readonly within: readonly string[];
}

function versionOf(content: unknown): string | null {
  return isObject(content) ? (readConfigFile({ meta: content.meta }).file.meta?.lastTouchedVersion ?? null) : null;
}

/** Where else includes may lie, by the version that wrote the config. */
function furtherRoots(version: string | null, { mappings, home, env, note }: IncludeInput): string[] {
  const { OPENCLAW_INCLUDE_ROOTS: given = '' } = env;
  if (has(version, 'includesConfined') === false) return ['/'];
  if (has(version, 'includeRoots') === false) return [];
  const named = given.split(delimiter).map((path) => normalizeAnyPath(fromHome(path.trim(), home)));
  return named.filter(isAbsolute).flatMap((path) => realOrNothing(mapPath(path, mappings) ?? path, note));
}

function realOrNothing(path: string, note: IncludeInput['note']): string[] {
  note(path);
  try {
    return [realpathSync(path)];
  } catch {
    return [];
  }
}

function parseFile(file: string, root: string, { note, budget }: Pick<Place, 'note' | 'budget'>): unknown {
  note(file);
  using open = openFile(file, root);
  const { size } = open.signature;
  budget.files -= 1;
  budget.bytes -= size;
  if (budget.files < 0) throw new Error(`it includes files more than ${MOST_FILES} times`);
  if (budget.bytes < 0) throw new Error(`with what it includes it is larger than ${LARGEST_BYTES / 1024 ** 2} MiB`);
  const text = readAt(open.fd, 0, size).toString('utf8');
  if (hasMoreValues(text, MOST_VALUES)) throw new Error(`it holds more than ${MOST_VALUES} values`);
  try {
    // Nearly every config is JSON: JSON5 takes 60 to 100 times as long, for 4 MB seconds (measured).
    return JSON.parse(text);
  } catch {
    if (size > LARGEST_JSON5_BYTES)
      throw new Error(`it is no JSON, and for JSON5 larger than ${LARGEST_JSON5_BYTES / 1024 ** 2} MiB`);
    return JSON5.parse(text);
  }
}

function load(file: string, place: Place): unknown {
  if (place.within.includes(file)) throw new Error('a file includes itself');
  if (place.within.length > DEEPEST) throw new Error(`files include one another more than ${DEEPEST} deep`);
  // Behind every link on the way, as OpenClaw reads it; what lies in no root is refused.
  const [real = file] = realOrNothing(file, place.note);
  const root = place.roots.find((each) => isInside(real, each)) ?? place.roots[0] ?? dirname(file);
  return expand(parseFile(real, root, place), { ...place, within: [...place.within, file] });
}

function expand(value: unknown, place: Place): unknown {
  if (Array.isArray(value)) return value.map((item) => expand(item, place));
  if (!isObject(value)) return value;
  const { $include: include, ...rest } = value;
  const own = Object.fromEntries(Object.entries(rest).map(([key, item]) => [key, expand(item, place)]));
  if (include === undefined) return own;
  const included = Array.isArray(include)
    ? include.reduce<unknown>((merged, name) => merge(merged, loadIncluded(name, place)), {})
    : loadIncluded(include, place);
  if (Object.keys(own).length === 0) return included;
  if (!isObject(included)) throw new Error('an include with keys beside it is not an object');
  return merge(included, own);
}

function loadIncluded(name: unknown, place: Place): unknown {
  if (typeof name !== 'string') throw new Error('an include is no path');
  const [folder = '/'] = place.roots;
  const from = dirname(place.within.at(-1) ?? folder);
  const given = normalizeAnyPath(name);
  if (!isAbsolute(given)) return load(resolve(from, given), place);
  const path = mapPath(given, place.mappings) ?? given;
  // An absolute path of the gateway's host: its files lie beside the config there, and so they do here.
  const isAllowed = realOrNothing(path, place.note).some((real) => place.roots.some((root) => isInside(real, root)));
  return load(isAllowed ? path : join(folder, basename(path)), place);
}

/** As OpenClaw merges: objects key by key, lists one after the other, else the later value. */
function merge(target: unknown, source: unknown): unknown {
  if (Array.isArray(target) && Array.isArray(source)) return [...target, ...source];
  if (!isObject(target) || !isObject(source)) return source;
  const merged = new Map(Object.entries(target));
  for (const [key, value] of Object.entries(source))
    merged.set(key, merged.has(key) ? merge(merged.get(key), value) : value);
  return Object.fromEntries(merged);
}
