import { closeSync, openSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_SUMMARY, type TranscriptSummary } from '../../../src/read/file/transcript-summary.ts';
import {
  continues,
  NOTHING_VALIDATED,
  type ValidationProgress,
  validateForward,
} from '../../../src/read/file/transcript-validation.ts';
import { fileFolder } from '../../support/folder.ts';
import { last } from '../../support/last-usage.ts';

const MIB = 1024 * 1024;
const folder = fileFolder();
const path = join(folder, 'transcript.jsonl');

interface Read {
  steps: number[];
  progress: ValidationProgress;
  summary: TranscriptSummary;
}

interface Sizes {
  chunkBytes: number;
  largestBytes: number;
}

function read(from: ValidationProgress = NOTHING_VALIDATED, size = Number.NaN, sizes?: Sizes): Read {
  const fd = openSync(path, 'r');
  try {
    const reading = validateForward(fd, size, from, sizes);
    const steps: number[] = [];
    for (;;) {
      const step = reading.next();
      if (step.done) return { steps, ...step.value };
      steps.push(step.value);
    }
  } finally {
    closeSync(fd);
  }
}

function readAll(content: string | Buffer, from?: ValidationProgress, sizes?: Sizes): Read {
  writeFileSync(path, content);
  return read(from, Buffer.byteLength(content), sizes);
}

const HEADER = '{"type":"session","id":"abc"}';
const MESSAGE = '{"type":"message"}';
const HEAD = { header: { id: 'abc', startedMs: null } };
const TWO = { ...HEAD, records: 2, messages: 1 };

describe('validateForward', () => {
  it.each<[when: string, content: string | Buffer, summary: Partial<TranscriptSummary>]>([
    ['is empty', '', {}],
    ['has a header and a message', `${HEADER}\n${MESSAGE}\n`, TWO],
    ['has only a header', `${HEADER}\n`, { ...HEAD, records: 1 }],
    ['lacks the last newline', `${HEADER}\n${MESSAGE}`, TWO],
    ['has Windows line ends', `${HEADER}\r\n${MESSAGE}\r\n`, TWO],
    ['has Windows line ends and lacks the last', `${HEADER}\r\n${MESSAGE}`, TWO],
    ['begins with a byte order mark', `\ufeff${HEADER}\n${MESSAGE}\n`, TWO],
    ['is a byte order mark', '\ufeff', {}],
    ['has blank lines', `\n\n${HEADER}\n \t\n\r\n${MESSAGE}\n\n`, TWO],
    ['is only blank lines', '\n \n\n', {}],
    ['has a second header', `${HEADER}\n${HEADER.replace('abc', 'xyz')}\n${MESSAGE}\n`, { ...TWO, records: 3 }],
    ['has lines that are no object', `${HEADER}\n42\n"x"\nnull\n[]\n${MESSAGE}\n`, { ...TWO, records: 6 }],
    ['has no header', `${MESSAGE}\n`, { records: 1, messages: 1 }],
    ['has its header second', `${MESSAGE}\n${HEADER}\n`, { records: 2, messages: 1 }],
    ['has a bad line before its header', `{\n${HEADER}\n${MESSAGE}\n`, { ...TWO, badLines: 1 }],
    ['has bad lines in the middle', `${HEADER}\n{\nx\n${MESSAGE.slice(1)}\n${MESSAGE}\n`, { ...TWO, badLines: 3 }],
    ['has a bad line at its end', `${HEADER}\n${MESSAGE}\n{"type":"mess\n`, { ...TWO, badLines: 1 }],
    ['ends within a line', `${HEADER}\n${MESSAGE}\n{"type":"mess`, { ...TWO, unfinished: true }],
    ['ends within its first line', '{"type":"sess', { unfinished: true }],
    ['ends in NUL bytes', `${HEADER}\n${MESSAGE}\n\0\0\0\0`, { ...TWO, unfinished: true }],
    ['has a line of NUL bytes', `${HEADER}\n\0\0\0\n${MESSAGE}\n`, { ...TWO, badLines: 1 }],
    ['is only NUL bytes', '\0\0\0', { unfinished: true }],
    ['ends in blanks', `${HEADER}\n${MESSAGE}\n  `, TWO],
    ['has two records in one line', `${HEADER}${MESSAGE}\n${MESSAGE}\n`, { records: 1, messages: 1, badLines: 1 }],
    [
      'has invalid UTF-8 inside a string',
      Buffer.concat([
        Buffer.from(`${HEADER}\n{"type":"message","x":"`),
        Buffer.from([0xff, 0xe2, 0x82]),
        Buffer.from('"}\n'),
      ]),
      TWO,
    ],
    [
      'separates by other Unicode line ends inside strings',
      `${HEADER}\n{"type":"message","x":"\u2028\u2029\u0085"}\n`,
      TWO,
    ],
  ])('of a file that %s', (_, content, summary) => {
    const result = readAll(content);
    expect(result.summary).toEqual({ ...EMPTY_SUMMARY, ...summary });
    expect(result.progress.offset).toBe(Buffer.from(content).lastIndexOf('\n') + 1);
  });

  it('reads a chunk of at most 1 MiB a step, and lines that span chunks whole', () => {
    const long = `{"type":"message","x":"${'é'.repeat(0.7 * MIB)}"}`;
    const content = `${HEADER}\n${long}\n${long}\n${MESSAGE}\n{"cut`;
    const { steps, progress, summary } = readAll(content);
    expect(Math.max(...steps)).toBe(MIB);
    expect(steps.reduce((sum, step) => sum + step, 0)).toBe(Buffer.byteLength(content));
    expect(summary).toEqual({ ...EMPTY_SUMMARY, ...HEAD, records: 4, messages: 3, unfinished: true });
    expect(progress.offset).toBe(Buffer.byteLength(content) - '{"cut'.length);
  });

  it('goes on where it stood, and forgets the line that had not ended', () => {
    const first = readAll(`${HEADER}\n${MESSAGE}\n{"type":"mess`);
    const second = readAll(`${HEADER}\n${MESSAGE}\n{"type":"message"}\n`, first.progress);
    expect(second.steps).toEqual([`${MESSAGE}\n`.length]);
    expect(second.summary).toEqual({ ...EMPTY_SUMMARY, ...TWO, records: 3, messages: 2 });
  });

  it('ends with what is there when the file shrinks under it', () => {
    writeFileSync(path, `${HEADER}\n`.repeat(100_000));
    const fd = openSync(path, 'r');
    try {
      const reading = validateForward(fd, 3_000_000, NOTHING_VALIDATED);
      expect(reading.next()).toEqual({ done: false, value: MIB });
      truncateSync(path, 10);
      const last = reading.next();
      expect(last.done).toBe(true);
    } finally {
      closeSync(fd);
    }
  });
});

const ANSWER = '{"type":"message","message":{"role":"assistant","usage":{"input":70}}}';
const line = fc.oneof(
  fc.constantFrom(HEADER, MESSAGE, ANSWER, '{"type":"compaction"}', '{"type":"reset"}'),
  fc.constantFrom('', ' ', '\u00a0\u2028', '\ufeff', '\0\0', '{', '{"type":"mess', '42', '[1,2', '"é😀"', '"\ufffd'),
  fc.json({ maxDepth: 2 }),
);
/** The text of a transcript, which may lack its last newline, and may begin with a byte order mark. */
const transcript = fc
  .tuple(fc.constantFrom('', '\ufeff'), fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\r\n'), fc.nat(12))
  .map(([mark, lines, end, cut]) => {
    const bytes = Buffer.from(mark + lines.map((text) => text + end).join(''));
    return bytes.subarray(0, Math.max(0, bytes.length - cut));
  });

describe('validateForward, lines that span chunks', () => {
  /** The lines of the text, and which of them are larger than so many bytes. */
  function oversizedIn(bytes: Buffer, largestBytes: number): number {
    const lines = bytes.toString('latin1').split('\n');
    return lines.filter((text) => text.length > largestBytes).length;
  }

  it('has the same summary and progress whatever the size of a chunk, and judges what is not too large', () => {
    fc.assert(
      fc.property(transcript, fc.integer({ min: 1, max: 40 }), fc.nat(80), (bytes, chunkBytes, largestBytes) => {
        const { steps, ...result } = readAll(bytes, NOTHING_VALIDATED, { chunkBytes, largestBytes });
        const { steps: _, ...expected } = readAll(bytes, NOTHING_VALIDATED, { chunkBytes: MIB, largestBytes });
        expect(result).toEqual(expected);
        expect(result.summary.oversizedRecords).toBe(oversizedIn(bytes, largestBytes));
        expect(steps.length).toBe(Math.ceil(bytes.length / chunkBytes));
      }),
      { numRuns: 500 },
    );
  });

  it('goes on after an end within a line as if it had been read at once', () => {
    const sizes = fc.record({ chunkBytes: fc.integer({ min: 1, max: 40 }), largestBytes: fc.nat(80) });
    fc.assert(
      fc.property(transcript, fc.nat(), sizes, (bytes, place, small) => {
        const first = readAll(bytes.subarray(0, place % (bytes.length + 1)), NOTHING_VALIDATED, small);
        const second = readAll(bytes, first.progress, small);
        const atOnce = readAll(bytes, NOTHING_VALIDATED, small);
        expect([second.summary, second.progress]).toEqual([atOnce.summary, atOnce.progress]);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['ended', '\n'],
    ['not ended', ''],
  ])('takes nothing of a line that is too large and %s: no record, no damage', (_, end) => {
    const sizes = { chunkBytes: 10, largestBytes: ANSWER.length };
    const lines = [HEADER, ANSWER, `${ANSWER} `, `x${ANSWER}`, '{"type":"reset"}', `${MESSAGE}${' '.repeat(100)}`];
    const { summary } = readAll(lines.join('\n') + end, NOTHING_VALIDATED, sizes);
    const lastUsage = last(null, 70, { output: 0 });
    expect(summary).toEqual({ ...EMPTY_SUMMARY, ...HEAD, records: 3, messages: 1, oversizedRecords: 3, lastUsage });
  });
});

describe('continues', () => {
  const CONTENT = `${HEADER}\n${'x'.repeat(200)}\n`;

  it.each<[what: string, content: string, same: boolean]>([
    ['the same file', CONTENT, true],
    ['one that grew', `${CONTENT}more`, true],
    ['one that is shorter', CONTENT.slice(0, -1), false],
    ['an empty one', '', false],
    ['one with other bytes before where it stood', `${CONTENT.slice(0, -2)}y\n`, false],
    ['one with the newline at another place', CONTENT.replace('\n', ' \n'), false],
  ])('of %s', (_, content, same) => {
    const { progress } = readAll(CONTENT);
    writeFileSync(path, content);
    const fd = openSync(path, 'r');
    try {
      expect(continues(fd, progress)).toBe(same);
      expect(continues(fd, NOTHING_VALIDATED)).toBe(true);
    } finally {
      closeSync(fd);
    }
  });
});
