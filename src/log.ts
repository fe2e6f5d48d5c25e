export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export const LOG_FORMATS = ['logfmt', 'json'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFormat = (typeof LOG_FORMATS)[number];

type Fields = Readonly<Record<string, string | number | boolean>>;

/** One line a call; the message is static, what varies stands in the fields. No paths, no text of messages, no secrets. */
export type Log = Readonly<Record<LogLevel, (message: string, fields?: Fields) => void>>;

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  readonly write?: (line: string) => void;
  readonly now?: () => Date;
}

export function createLog({
  level,
  format,
  write = (line) => process.stderr.write(line),
  now = () => new Date(),
}: LogOptions): Log {
  const threshold = LOG_LEVELS.indexOf(level);
  function logAt(at: LogLevel) {
    return (msg: string, fields: Fields = {}) => {
      if (LOG_LEVELS.indexOf(at) < threshold) return;
      const entry = { ts: now().toISOString(), level: at, msg, ...fields };
      write(`${format === 'json' ? JSON.stringify(entry) : logfmt(entry)}\n`);
    };
  }
  return { debug: logAt('debug'), info: logAt('info'), warn: logAt('warn'), error: logAt('error') };
}

function logfmt(entry: Fields): string {
  return Object.entries(entry)
    .map(([name, value]) => `${name}=${quoted(String(value))}`)
    .join(' ');
}

/** Quoted where a reader of logfmt could split it; a newline in a key must not forge a line. */
function quoted(value: string): string {
  if (/^[^\s"=\p{Cc}]+$/u.test(value)) return value;
  // JSON leaves DEL and the C1 controls as they are, and a terminal obeys them.
  return JSON.stringify(value).replace(
    /\p{Cc}/gu,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
