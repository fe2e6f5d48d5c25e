import {
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type YAMLError,
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
    const document = parseDocument(text, { lineCounter: lines, logLevel: 'error' });
    const problems = [
      ...document.errors.map((error) => mistakeAt(lines.linePos(error.pos[0]).line, inOurWords(error, text))),
      ...aliasesOfNothing(document).map((offset) => mistakeAt(lines.linePos(offset).line, ALIAS_OF_NOTHING)),
    ];
    if (problems.length > 0) throw refusal(firstOfEachLine(problems));
    const lineOf = (at: Place) => lines.linePos(offsetOf(document, at)).line;
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
const TOO_MANY_ALIASES = 'its aliases (*) would make more values than fit into memory';

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

/** The library quotes the file, and speaks of scalars and flow collections. */
function inOurWords({ code, pos: [start] }: YAMLError, text: string): string {
  const [key] = code === 'DUPLICATE_KEY' ? (/^["']?([\w.-]+)/.exec(text.slice(start)) ?? []) : [];
  return key === undefined ? IN_WORDS[code] : `${repeated(key)} is there twice`;
}

function aliasesOfNothing(document: Document.Parsed): number[] {
  const offsets: number[] = [];
  visit(document, {
    Alias(_key, node) {
      if (node.resolve(document) === undefined) offsets.push(node.range?.[0] ?? 0);
    },
  });
  return offsets;
}

function offsetOf(document: Document.Parsed, at: Place): number {
  let node: unknown = document.contents;
  let offset = beginningOf(node) ?? 0;
  for (const part of at) {
    const holder = isAlias(node) ? node.resolve(document) : node;
    if (isMap(holder)) {
      const pair = holder.items.find(({ key }) => isScalar(key) && String(key.value ?? '') === String(part));
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
