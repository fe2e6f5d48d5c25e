/** Every error that a user can be shown. A code is never given a second meaning. */
const ERRORS = {
  E_USAGE: 'wrong usage',
  E_CONFIG: 'wrong configuration',
  E_LISTEN: 'the listen address cannot be used',
  E_OUTPUT: 'the output cannot be written',
  E_SALT: 'the salt file cannot be used',
  E_REPAIR: 'nothing was changed',
  E_EXTRACT: 'nothing was extracted',
  E_BLOCKED: 'the command was blocked and is killed',
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** An error with what, where and what to do in its message; anything else that is thrown is a bug of ours. */
export class ExporterError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, detail: string) {
    super(`${ERRORS[code]}: ${detail}`);
    this.name = 'ExporterError';
    this.code = code;
  }
}

/** For a log and a page: what stands in several lines on a terminal, in one. */
export function inOneLine({ message }: ExporterError): string {
  const [first = '', ...more] = message.split(/\n\s*/);
  return more.length === 0 ? first : `${first}: ${more.join('; ')}`;
}

/** Codes of the system that operators meet. */
const IN_WORDS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not do that',
  EADDRINUSE: 'another program listens there',
  EADDRNOTAVAIL: 'this host has no such address',
  ECONNREFUSED: 'nothing listens there',
  EISDIR: 'it is a folder',
  ELOOP: 'its links lead round in a circle',
  EMFILE: 'this process has no descriptor left',
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is no folder',
  EPIPE: 'nobody reads it any more',
  EROFS: 'the file system is read-only',
};

/** The code of an error of the system or of Node, as `ENOENT`; null: it has none. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** For a log: an error of the file system by its code, since its message holds a path. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = codeOf(error);
  if (code !== null) {
    const words = IN_WORDS[code];
    return words === undefined ? `${error.name} ${code}` : `${words}, ${code}`;
  }
  // The message of JSON.parse holds a piece of the text.
  if (error instanceof SyntaxError && error.message.endsWith('is not valid JSON')) return 'no valid JSON';
  return error.message;
}
