import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createLog, LOG_LEVELS, type LogFormat, type LogLevel } from '../src/log.ts';

const NOW = new Date('2026-11-24T12:00:00.000Z');

/** What a log of this level writes when `use` writes to it. */
function written(format: LogFormat, level: LogLevel, use: (log: ReturnType<typeof createLog>) => void): string {
  const chunks: string[] = [];
  use(createLog({ level, format, write: (chunk) => chunks.push(chunk), now: () => NOW }));
  return chunks.join('');
}

/** A reader of logfmt: words, or strings of JSON. Throws at what is neither. */
function parseLogfmt(line: string): Record<string, string> {
  const fields: Record<string, string> = {};
  let rest = line;
  while (rest !== '') {
    const found = /^([a-z]+)=("(?:[^"\\]|\\.)*"|[^\s"=]+)(?: |$)/su.exec(rest);
    if (found === null) throw new Error(`no logfmt at ${JSON.stringify(rest)}`);
    const [whole, name = '', value = ''] = found;
    fields[name] = value.startsWith('"') ? JSON.parse(value) : value;
    rest = rest.slice(whole.length);
  }
  return fields;
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('\n', '\r', '\t', '"', '\\', '=', ' ', 'a', '\u0000', '\u001b', '\u007f', '\u0085'),
  }),
);

describe('logfmt', () => {
  it('gives back every value, on one line whatever it holds', () => {
    fc.assert(
      fc.property(anyText, anyText, (msg, value) => {
        const text = written('logfmt', 'info', (log) => log.warn(msg, { value, n: 1.5, ok: true }));
        expect(text.endsWith('\n')).toBe(true);
        expect(text.slice(0, -1)).not.toMatch(/[\n\r]/);
        expect(parseLogfmt(text.slice(0, -1))).toEqual({
          ts: NOW.toISOString(),
          level: 'warn',
          msg,
          value,
          n: '1.5',
          ok: 'true',
        });
      }),
    );
  });

  it('quotes nothing that needs no quotes', () => {
    const text = written('logfmt', 'info', (log) => log.info('listening', { port: 10789, agent: 'a/b:c', err: '' }));
    expect(text).toBe('ts=2026-11-24T12:00:00.000Z level=info msg=listening port=10789 agent=a/b:c err=""\n');
  });

  it('cannot be made to forge a line', () => {
    const text = written('logfmt', 'info', (log) => log.info('x', { key: 'a\nts=now level=error msg=forged' }));
    expect(text.split('\n')).toHaveLength(2);
  });

  it('hands no escape sequence to a terminal', () => {
    const controls = Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code));
    for (const control of controls) {
      const text = written('logfmt', 'info', (log) => log.info('x', { key: `${control}[31mred` }));
      expect(text.slice(0, -1)).not.toContain(control);
    }
  });
});

describe('json', () => {
  it('gives back every value, one object on one line', () => {
    fc.assert(
      fc.property(anyText, anyText, (msg, value) => {
        const text = written('json', 'info', (log) => log.error(msg, { value, n: 1.5, ok: true }));
        expect(text.split('\n')).toHaveLength(2);
        expect(JSON.parse(text)).toEqual({ ts: NOW.toISOString(), level: 'error', msg, value, n: 1.5, ok: true });
      }),
    );
  });
});

describe('the level', () => {
  it.each([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
  ] as const)('%s', (level, expected) => {
    const text = written('json', level, (log) => {
      for (const each of LOG_LEVELS) log[each]('x');
    });
    const lines = text.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).level)).toEqual(expected);
  });
});

describe('what a store says', () => {
  const HOSTILE = `x${'\u202e\u0085\u007f\u001b[31m\n\u2028\u{E0001}'.repeat(100_000)}`;

  it.each(['logfmt', 'json'] as const)('never reaches the log unbounded or raw (%s)', (format) => {
    const text = written(format, 'debug', (log) => log.debug('static', { agent: HOSTILE }));
    expect(text.length).toBeLessThan(20_000);
    expect(text).toMatch(/^[\x20-\x7e…]*\n$/);
    expect(text).toContain(`(${HOSTILE.length} characters)`);
  });
});

describe('lines that nobody reads', () => {
  it('are lost, and the next line that is read says how many', () => {
    let isRead = false;
    const lines: string[] = [];
    const log = createLog({
      level: 'info',
      format: 'logfmt',
      write: (line) => isRead && lines.push(line),
      now: () => NOW,
    });
    for (const message of ['one', 'two', 'three']) log.info(message);
    isRead = true;
    log.info('four');
    log.info('five');
    expect(lines.map((line) => line.match(/msg=\S+|lines=\d+/g))).toEqual([
      ['msg="lines', 'lines=3', 'msg=four'],
      ['msg=five'],
    ]);
  });

  it('are lost before they fill the memory: a megabyte waits for a reader who has stopped', () => {
    const waiting = vi.spyOn(process.stderr, 'writableLength', 'get');
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      const log = createLog({ level: 'info', format: 'logfmt', now: () => NOW });
      for (const bytes of [1024 * 1024, 1024 * 1024 + 1, 0]) {
        waiting.mockReturnValue(bytes);
        log.info(`beside_${bytes}`);
      }
      expect(write.mock.calls.map(([line]) => String(line).match(/lines=\d+|beside_\d+/g))).toEqual([
        ['beside_1048576'],
        ['lines=1', 'beside_0'],
      ]);
    } finally {
      write.mockRestore();
      waiting.mockRestore();
    }
  });
});
