import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import JSON5 from 'json5';
import { isInside, openFile, readAt } from '../disk/files.ts';
import { isObject } from '../is-object.ts';
import { mapPath, normalizeAnyPath, type PathMapping } from '../openclaw/path-map.ts';

const DEEPEST = 10;

/**
 * The content of OpenClaw's config (JSON5) with its `$include`s in place. Throws a DiskError, a SyntaxError with line and
 * column, or an Error that says what is wrong with an include.
 */
export function loadConfig(path: string, mappings: readonly PathMapping[]): unknown {
  // The config may lie anywhere (OPENCLAW_CONFIG_PATH), but what it includes lies beside or below it.
  const file = realpathSync(path);
  return load(file, { root: dirname(file), mappings, within: [] });
}

interface Place {
  readonly root: string;
  readonly mappings: readonly PathMapping[];
  /** The files that include one another down to here. */
  readonly within: readonly string[];
}

function load(file: string, place: Place): unknown {
  if (place.within.includes(file)) throw new Error('a file includes itself');
  if (place.within.length > DEEPEST) throw new Error(`files include one another more than ${DEEPEST} deep`);
  using open = openFile(file, place.root);
  const content: unknown = JSON5.parse(readAt(open.fd, 0, open.signature.size).toString('utf8'));
  return expand(content, { ...place, within: [...place.within, file] });
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
  const from = dirname(place.within.at(-1) ?? place.root);
  const given = normalizeAnyPath(name);
  const path = isAbsolute(given) ? (mapPath(given, place.mappings) ?? given) : resolve(from, given);
  // An absolute path of the gateway's host: its files lie beside the config there, and so they do here.
  return load(isInside(path, place.root) || !isAbsolute(given) ? path : join(place.root, basename(path)), place);
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
