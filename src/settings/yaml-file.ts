import {
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import type { Flaw, Place } from './content.ts';
import { type Mistake, refusal, repeated } from './mistakes.ts';

/** What a YAML file says, and where in it. */
export interface YamlFile {
  readonly path: string;
  /** null: it is empty. */
  readonly content: unknown;
  /** The line of a key or of an item of a list; where it is not there, that of what would hold it. */
  lineOf(at: Place): number;
  mistake(flaw: Flaw): Mistake;
}

/** Throws an ExporterError with the lines of what is no YAML. Of its content only keys are told. */
export function parseYaml(text: string, path: string): YamlFile {
  const lines = new LineCounter();
  const mistakeAt = (line: number, what: string) => ({ line, text: `${path}, line ${line}: ${what}` });
  try {
    // Whether a key is there twice, also by the tag !!omap, and what an alias names, it would look for from the beginning each
    // time: in a file of 100 KB for a minute.
    const document = parseDocument(text, {
      lineCounter: lines,
      logLevel: 'error',
      uniqueKeys: false,
      resolveKnownTags: false,
    });
    const found = [
      ...document.errors.map(({ code, pos: [offset] }) => ({ offset, what: IN_WORDS[code] })),
      ...slipsOf(document),
    ];
    const problems = found.map(({ offset, what }) => mistakeAt(lines.linePos(offset).line, what));
    if (problems.length > 0) throw refusal(firstOfEachLine(problems));
    const pairs = new PairsByName();
    const lineOf = (at: Place) => lines.linePos(offsetOf(document, at, pairs)).line;
    return {
      path,
      content: document.toJS(),
      lineOf,
      mistake: ({ at, text: what }) => mistakeAt(lineOf(at), what),
    };
  } catch (error) {
    // Of the library: it counts what aliases of aliases would make, and runs into the end of the stack.
    if (error instanceof ReferenceError) throw refusal([{ line: null, text: `${path}: ${TOO_MANY_ALIASES}` }]);
    if (error instanceof RangeError) throw refusal([{ line: null, text: `${path}: ${IN_WORDS.RESOURCE_EXHAUSTION}` }]);
    throw error;
  }
}

const ALIAS_OF_NOTHING = 'an alias (*) names an anchor (&) that is not above it';
/** In a file. Each one takes the library as long as there are others. */
const MOST_ALIASES = 1000;
const TOO_MANY_ALIASES = 'it has too many aliases (*), or they would make more values than fit into memory';

/** The first mistake of a line makes others in it. */
function firstOfEachLine(mistakes: readonly Mistake[]): Mistake[] {
  const byLine = new Map<number | null, Mistake>();
  for (const mistake of mistakes) if (!byLine.has(mistake.line)) byLine.set(mistake.line, mistake);
  return [...byLine.values()];
}

const IN_WORDS = {
  ALIAS_PROPS: 'an alias (*) has neither a tag (!) nor an anchor (&) of its own',
  BAD_ALIAS: 'an alias (*) or an anchor (&) has no name that YAML takes; a text that begins so needs quotes',
  BAD_COLLECTION_TYPE: 'the tag (!) does not fit what follows it',
  BAD_DIRECTIVE: 'a line that begins with % is no line of settings; a text that begins so needs quotes',
  BAD_DQ_ESCAPE: 'after a backslash in double quotes stands what YAML has no meaning for: use single quotes',
  BAD_INDENT: 'it is not indented as what it belongs to, or a bracket has no end',
  BAD_PROP_ORDER: 'a tag (!) or an anchor (&) stands at the wrong place',
  BAD_SCALAR_START: 'a text that begins with this character needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a key or a list begins where a value goes on: a text with ": " in it needs quotes',
  BLOCK_IN_FLOW: 'inside brackets, lists and keys need brackets, too',
  DUPLICATE_KEY: 'a key is there twice',
  IMPOSSIBLE: 'this is no YAML',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters: is a quote or a colon missing?',
  MISSING_CHAR: 'something is missing here, or in a line above: a bracket, a quote, a comma, a colon or a space',
  MULTILINE_IMPLICIT_KEY: 'a colon is missing after a key, or a quote at the end of a text',
  MULTIPLE_ANCHORS: 'a value has two anchors (&)',
  MULTIPLE_DOCS: 'a second document begins here: a file of settings holds one, so take out the line --- or ...',
  MULTIPLE_TAGS: 'a value has two tags (!)',
  NON_STRING_KEY: 'a key must be a text',
  RESOURCE_EXHAUSTION: 'it has more levels than can be read',
  TAB_AS_INDENT: 'a tab stands at the beginning of a line: YAML takes only spaces there',
  TAG_RESOLVE_FAILED: 'a value does not fit its tag (!); a text that begins so needs quotes',
  UNEXPECTED_TOKEN: 'something stands here that cannot: is a quote or a colon missing, here or in the line above?',
} as const satisfies Readonly<Record<ErrorCode, string>>;

interface Slip {
  readonly offset: number;
  readonly what: string;
}

/** Keys that are there twice, and aliases of nothing. Throws a ReferenceError, as the library does, when there are too many aliases. */
function slipsOf(document: Document.Parsed): Slip[] {
  const slips: Slip[] = [];
  const anchors = new Set<string>();
  let aliases = 0;
  visit(document, {
    Node(_key, node) {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor);
        return;
      }
      aliases += 1;
      if (aliases > MOST_ALIASES) throw new ReferenceError(TOO_MANY_ALIASES);
      if (!anchors.has(node.source)) slips.push({ offset: node.range?.[0] ?? 0, what: ALIAS_OF_NOTHING });
    },
    Map(_key, map) {
      if (map.anchor !== undefined) anchors.add(map.anchor);
      const keys = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value ?? '');
        if (keys.has(name)) slips.push({ offset: key.range?.[0] ?? 0, what: twice(name) });
        keys.add(name);
      }
    },
  });
  return slips;
}

/** Where it is no name, it may be a text of any kind. */
function twice(key: string): string {
  return /^[\w.-]+$/.test(key) ? `${repeated(key)} is there twice` : IN_WORDS.DUPLICATE_KEY;
}

/** The pairs of each map by the names of their keys. A file can have as many mistakes as keys. */
class PairsByName {
  private readonly known = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

  get(map: YAMLMap, name: string): Pair | undefined {
    const known = this.known.get(map) ?? byName(map);
    this.known.set(map, known);
    return known.get(name);
  }
}

function byName({ items }: YAMLMap): ReadonlyMap<string, Pair> {
  return new Map(items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value ?? ''), pair]] : [])));
}

function offsetOf(document: Document.Parsed, at: Place, pairs: PairsByName): number {
  let node: unknown = document.contents;
  let offset = beginningOf(node) ?? 0;
  for (const part of at) {
    const holder = isAlias(node) ? node.resolve(document) : node;
    if (isMap(holder)) {
      const pair = pairs.get(holder, String(part));
      offset = beginningOf(pair?.key) ?? offset;
      node = pair?.value;
    } else if (isSeq(holder) && typeof part === 'number') {
      node = holder.items[part];
      offset = beginningOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function beginningOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}
