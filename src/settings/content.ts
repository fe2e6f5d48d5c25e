import { z } from 'zod';
import { closest } from './closest.ts';
import { repeated } from './mistakes.ts';

/** A place in the content of a file: keys, and positions in lists. */
export type Place = readonly PropertyKey[];

/** What is wrong at a place. */
export interface Flaw {
  readonly at: Place;
  /** Begins with the place. */
  readonly text: string;
}

/** What zod makes of a content, or all that is wrong with it, in our words. */
export function parseContent<Type extends z.ZodType>(
  type: Type,
  content: unknown,
): { readonly data: z.output<Type>; readonly flaws: readonly [] } | { readonly data: null; readonly flaws: Flaw[] } {
  const parsed = type.safeParse(content, { error: inOurWords });
  if (parsed.success) return { data: parsed.data, flaws: [] };
  const { issues } = parsed.error;
  // What a key says that nobody knows is missing elsewhere, and that needs no second message.
  const withUnknownKeys = issues.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => path.join());
  const told = issues.filter(({ code, path }) => code !== 'custom' || !withUnknownKeys.includes(path.join()));
  return { data: null, flaws: told.flatMap((issue) => flawsOf(issue, type)) };
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
};

type Issue = Parameters<z.core.$ZodErrorMap>[0];

/** Where a type of ours says nothing of its own. */
function inOurWords(issue: Issue): string {
  if (issue.code === 'invalid_type') {
    const wanted = `must be ${KINDS[issue.expected] ?? 'something else'}`;
    return issue.input === undefined ? `is missing: it ${wanted}` : wanted;
  }
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'too_small') return `must be at least ${issue.minimum}`;
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}`;
  return 'cannot be this';
}

function flawsOf(issue: z.core.$ZodIssue, type: z.ZodType): Flaw[] {
  const at = issue.path;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey(at, key, { keys: keysAt(type, at), words: keysAt(type, at) }));
  if (issue.code === 'invalid_type' && issue.expected === 'object') return [noKeys(at, keysAt(type, at))];
  return [flaw(at, issue.message)];
}

export function flaw(at: Place, text: string): Flaw {
  return { at, text: `${at.length === 0 ? 'the file' : inWords(at)} ${text}` };
}

/** Something else in the place of keys. */
export function noKeys(at: Place, keys: readonly string[]): Flaw {
  return flaw(at, `must hold keys and values${keys.length === 0 ? '' : `: ${keys.join(', ')}`}`);
}

/** `keys` are those that there are at the place `at`; one of `words` may have been meant. */
export function unknownKey(
  at: Place,
  key: string,
  { keys, words, given = key }: { keys: readonly string[]; words: readonly string[]; given?: string },
): Flaw {
  const meant = closest(given, words);
  const hint = meant === null ? '' : ` (did you mean ${meant}?)`;
  const where = at.length === 0 ? 'at the top' : `in ${inWords(at)}`;
  const here = [...at, key];
  return flaw(here, `is no key${hint}; ${where} there ${keys.length === 1 ? 'is' : 'are'} ${keys.join(', ')}`);
}

/** As `thresholds[0].tokens`. */
function inWords(at: Place): string {
  return at
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      const text = repeated(String(part));
      if (!/^[^\s"\\]+$/.test(text)) return `["${text}"]`;
      return index === 0 ? text : `.${text}`;
    })
    .join('');
}

/** The keys that a type takes at a place. */
function keysAt(type: unknown, at: Place): readonly string[] {
  if (type instanceof z.ZodOptional || type instanceof z.ZodNullable || type instanceof z.ZodDefault)
    return keysAt(type.unwrap(), at);
  if (type instanceof z.ZodPipe) return keysAt(type.in, at);
  const [first, ...rest] = at;
  if (type instanceof z.ZodArray) return first === undefined ? [] : keysAt(type.element, rest);
  if (!(type instanceof z.ZodObject)) return [];
  return first === undefined ? Object.keys(type.shape) : keysAt(type.shape[String(first)], rest);
}
