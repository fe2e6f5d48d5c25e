export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export const LOG_FORMATS = ['logfmt', 'json'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFormat = (typeof LOG_FORMATS)[number];

type Fields = Readonly<Record<string, string | number | boolean>>;

/** Of a value: what a store says can be of any length. */
const LONGEST_VALUE = 1000;

/** Bytes that wait for a reader of the log who has stopped reading; lines that come then are lost. */
const LARGEST_BACKLOG = 1024 * 1024;

/** One line a call; the message is static, what varies stands in the fields. No paths, no text of messages, no secrets. */
export type Log = Readonly<Record<LogLevel, (message: string, fields?: Fields) => void>>;

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Answers false when it cannot take a line now; the line is lost, and the next one that it takes says how many were. */
  readonly write?: (line: string) => unknown;
  readonly now?: () => Date;
}

export function createLog({ level, format, write = toStderr, now = () => new Date() }: LogOptions): Log {
  const threshold = LOG_LEVELS.indexOf(level);
  let lost = 0;
  function line(at: LogLevel, msg: string, fields: Fields): string {
    const entry = { ts: now().toISOString(), level: at, msg, ...fields };
    return `${format === 'json' ? json(entry) : logfmt(entry)}\n`;
  }
  function logAt(at: LogLevel) {
    return (msg: string, fields: Fields = {}) => {
      if (LOG_LEVELS.indexOf(at) < threshold) return;
      const before = lost === 0 ? '' : line('warn', 'lines of the log were lost: nobody read them', { lines: lost });
      if (write(before + line(at, msg, fields)) === false) lost += 1;
      else lost = 0;
    };
  }
  return { debug: logAt('debug'), info: logAt('info'), warn: logAt('warn'), error: logAt('error') };
}

/** The process outlives whoever reads its log: a pipe that closes, and a disk that is full, are no reason to end. */
export function outliveLogReader(): void {
  if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => undefined);
}

function toStderr(line: string): boolean {
  // Node keeps in memory what a pipe does not take.
  if (process.stderr.writableLength > LARGEST_BACKLOG) return false;
  process.stderr.write(line);
  return true;
}

function json(entry: Fields): string {
  return escapeInvisible(JSON.stringify(entry, (_name, value) => (typeof value === 'string' ? bounded(value) : value)));
}

function logfmt(entry: Fields): string {
  return Object.entries(entry)
    .map(([name, value]) => `${name}=${quoted(bounded(String(value)))}`)
    .join(' ');
}

function bounded(value: string): string {
  if (value.length <= LONGEST_VALUE) return value;
  return `${value.slice(0, LONGEST_VALUE)}… (${value.length} characters)`;
}

/** Quoted where a reader of logfmt could split it; a newline in a key must not forge a line. */
function quoted(value: string): string {
  if (/^[^\s"=\p{C}]+$/u.test(value)) return value;
  return escapeInvisible(JSON.stringify(value));
}

/**
 * JSON leaves DEL, the C1 controls and what turns the direction of a line as they are: a terminal obeys them, and a
 * person reads what is not there.
 */
function escapeInvisible(text: string): string {
  return text.replace(/[\p{C}\u2028\u2029]/gu, (found) =>
    Array.from({ length: found.length }, (_, at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`).join(
      '',
    ),
  );
}
