import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BAD, expectSameSessions, expectUntouched, filesBeside, healthyScan, putBad } from '../support/beside.ts';
import { setWritten } from '../support/folder.ts';
import { testScanner } from '../support/scan.ts';
import { figureOf, findingsOf, PLAIN, parsed, problemsOf, scanBoth } from '../support/scans.ts';
import { NOW, SETTLED, transcriptLines } from '../support/sessions.ts';

const LINES = transcriptLines('bad');
const [HEADER = '', QUESTION = '', ANSWER = ''] = LINES;
const WHOLE = LINES.join('');
const NUL = '\0'.repeat(512);
const DEEP = 100_000;
const MIB = 1024 * 1024;
const NESTED = '['.repeat(DEEP) + ']'.repeat(DEEP);
const NESTED_MESSAGE = `{"type":"message","message":{"role":"user","content":${NESTED}}}`;

/** The text with these bytes in the place of its question's `synthetic`. */
function withBytes(...bytes: number[]): Buffer {
  const [front = '', back = ''] = WHOLE.split('synthetic');
  return Buffer.concat([Buffer.from(front), Buffer.from(bytes), Buffer.from(back)]);
}

function answerOf(usage: string): string {
  return `{"type":"message","message":{"role":"assistant","usage":${usage}}}\n`;
}

interface TranscriptCase {
  what: string;
  content: string | Buffer;
  /** Of corruptions; none: it is healthy. */
  reasons?: string[];
  /** From the deep scan; the healthy ones have a question and an answer of 700 tokens. */
  messages?: number;
  tokens?: number | null;
}

describe('a transcript beside healthy ones', () => {
  it.each<TranscriptCase>([
    { what: 'whole', content: WHOLE },
    { what: '0 bytes', content: '', reasons: ['transcript_empty'], messages: 0, tokens: null },
    { what: 'NUL bytes', content: NUL, reasons: ['header_invalid', 'truncated'], messages: 0, tokens: null },
    { what: 'with a line of NULs', content: `${HEADER}${QUESTION}${NUL}\n${ANSWER}`, reasons: ['invalid_json'] },
    { what: 'with NULs in a string', content: withBytes(0, 0), reasons: ['invalid_json'], messages: 1 },
    { what: 'with NULs at its end', content: WHOLE + NUL, reasons: ['truncated'] },
    { what: 'with invalid UTF-8 in a string', content: withBytes(0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0xf0, 0x9f) },
    {
      what: 'with invalid UTF-8 between lines',
      content: Buffer.concat([Buffer.from(HEADER + QUESTION), Buffer.from([0xff, 0xfe, 0x0a]), Buffer.from(ANSWER)]),
      reasons: ['invalid_json'],
    },
    {
      what: 'in UTF-16',
      content: Buffer.from(`\ufeff${WHOLE}`, 'utf16le'),
      reasons: ['header_invalid', 'invalid_json', 'truncated'],
      messages: 0,
      tokens: null,
    },
    { what: 'with a byte order mark', content: `\ufeff${WHOLE}` },
    { what: 'with two byte order marks', content: `\ufeff\ufeff${WHOLE}`, reasons: ['header_invalid', 'invalid_json'] },
    {
      what: 'with a byte order mark in the middle',
      content: `${HEADER}\ufeff${QUESTION}${ANSWER}`,
      reasons: ['invalid_json'],
      messages: 1,
    },
    { what: 'with CRLF', content: WHOLE.replaceAll('\n', '\r\n') },
    { what: 'with CRLF and without the last', content: WHOLE.replaceAll('\n', '\r\n').trimEnd() },
    {
      what: 'with CR alone',
      content: WHOLE.replaceAll('\n', '\r'),
      reasons: ['header_invalid', 'truncated'],
      messages: 0,
      tokens: null,
    },
    { what: 'with blank lines', content: `\n\r\n${HEADER} \t\n${QUESTION}\n\n${ANSWER}\n` },
    { what: 'blank', content: '\n \n\r\n', reasons: ['header_invalid'], messages: 0, tokens: null },
    { what: 'without a last newline', content: WHOLE.trimEnd() },
    { what: 'cut in its last line', content: `${WHOLE}{"type":"mess`, reasons: ['truncated'] },
    {
      what: 'cut in its first line',
      content: '{"type":"sess',
      reasons: ['header_invalid', 'truncated'],
      messages: 0,
      tokens: null,
    },
    {
      what: 'with garbage in the middle',
      content: `${HEADER}${QUESTION}}{\n<html>\n${ANSWER}`,
      reasons: ['invalid_json'],
    },
    {
      what: 'with two lines in one',
      content: `${HEADER}${QUESTION.trimEnd()}${QUESTION}${ANSWER}`,
      reasons: ['invalid_json'],
      messages: 1,
    },
    { what: 'with lines that are no objects', content: `${HEADER}null\n7\n"x"\n[]\n${QUESTION}${ANSWER}` },
    { what: 'without a header', content: QUESTION + ANSWER, reasons: ['header_invalid'] },
    { what: 'of brackets 100,000 deep', content: `${HEADER}${NESTED}\n${QUESTION}${ANSWER}` },
    { what: 'of a message 100,000 deep', content: `${HEADER}${NESTED_MESSAGE}\n${ANSWER}` },
    {
      what: 'of brackets that do not end',
      content: `${HEADER}${QUESTION}${'['.repeat(DEEP)}\n${ANSWER}`,
      reasons: ['invalid_json'],
    },
    { what: 'of objects that do not end', content: `${WHOLE}${'{"a":'.repeat(DEEP)}`, reasons: ['truncated'] },
    {
      what: 'of brackets that end too often',
      content: `${HEADER}${QUESTION}${NESTED}]\n${ANSWER}`,
      reasons: ['invalid_json'],
    },
    {
      what: 'of brackets 100,000 deep at its front',
      content: `${NESTED}\n${WHOLE}`,
      reasons: ['header_invalid'],
    },
    {
      what: 'of 3 MiB without a newline',
      content: HEADER + QUESTION + ANSWER + 'x'.repeat(3 * MIB),
      reasons: ['truncated'],
    },
    { what: 'with a line of more than 16 MiB', content: `${WHOLE}{${' '.repeat(16 * MIB)}\n` },
    { what: 'with a usage of strings', content: WHOLE + answerOf('{"input":"9","output":"1"}'), messages: 3 },
    { what: 'with a negative usage', content: WHOLE + answerOf('{"input":-9,"output":-1}'), messages: 3 },
    { what: 'with a usage of 1e999', content: WHOLE + answerOf('{"input":1e999}'), messages: 3 },
    { what: 'with a usage of 1e300', content: WHOLE + answerOf('{"input":1e300}'), messages: 3, tokens: 1e300 },
    { what: 'with a usage 100,000 deep', content: WHOLE + answerOf(`{"input":${NESTED}}`), messages: 3 },
    { what: 'with a usage in __proto__', content: WHOLE + answerOf('{"__proto__":{"input":5}}'), messages: 3 },
  ])('that is $what', async ({ content, reasons = [], messages = 2, tokens = 700 }) => {
    const state = filesBeside();
    const before = await healthyScan();
    putBad(state, content);
    const after = await scanBoth(testScanner(state.dir, PLAIN));
    expectUntouched(after, before);
    expect(findingsOf(after.deep, BAD)).toEqual(reasons);
    expect(figureOf(after.deep, 'messages', BAD)).toBe(messages);
    expect(figureOf(after.deep, 'tokens', BAD)).toBe(tokens);
    expect(figureOf(after.quick, 'transcript_bytes', BAD)).toBe(Buffer.byteLength(content));
    expect(problemsOf(after.deep, 'ops')).toEqual([]);
  });
});

describe('a transcript that changes while the deep scan reads it', () => {
  /** Several slices of 1 MiB. */
  const LARGE = WHOLE + QUESTION.replace('synthetic', 'x'.repeat(1000)).repeat(4000);
  const SHORT = transcriptLines('bad', 300).join('');

  /** Deep-scans, and acts on the transcript of BAD when so much was read: its first slice, or nothing of it yet. */
  async function changedMeanwhile(act: (path: string) => void, bytes = MIB) {
    const state = filesBeside();
    const before = await healthyScan();
    const path = putBad(state, LARGE);
    let atSlice: (() => void) | null = null;
    const scanner = testScanner(state.dir, { ...PLAIN, pause: async () => atSlice?.() });
    await scanner.quick();
    const { bytesRead } = scanner.kept.files.transcripts;
    // The healthy transcripts together are smaller than one slice of this one.
    atSlice = () => {
      if (scanner.kept.files.transcripts.bytesRead - bytesRead < bytes) return;
      atSlice = null;
      act(path);
    };
    const { rendered } = await scanner.deep();
    expect(atSlice).toBeNull();
    const after = parsed(rendered);
    expectSameSessions(after, before.deep);
    // What stands there now, by a scanner that has not seen anything else.
    const fresh = (await scanBoth(testScanner(state.dir, PLAIN))).deep;
    return { after, fresh };
  }

  function replace(path: string, content: string): void {
    writeFileSync(`${path}.tmp`, content);
    setWritten(`${path}.tmp`, SETTLED);
    renameSync(`${path}.tmp`, path);
  }

  it.each<[how: string, act: (path: string) => void, messages: number | null, reasons: string[]]>([
    ['vanishes', (path) => rmSync(path), null, ['transcript_missing']],
    ['grows', (path) => appendFileSync(path, ANSWER), 4003, []],
    [
      'grows by half a line',
      (path) => {
        appendFileSync(path, ANSWER.slice(0, 20));
        setWritten(path, NOW - 1000);
      },
      4002,
      [],
    ],
    ['shrinks to what are whole lines', (path) => truncateSync(path, WHOLE.length), 2, []],
    [
      'shrinks into a line',
      (path) => {
        truncateSync(path, WHOLE.length + 20);
        setWritten(path, SETTLED);
      },
      2,
      ['truncated'],
    ],
    ['shrinks to nothing', (path) => truncateSync(path), 0, ['transcript_empty']],
    ['is written again in place', (path) => writeFileSync(path, SHORT), 2, []],
    ['is replaced', (path) => replace(path, SHORT), 2, []],
    [
      'is replaced by one of its size and time',
      (path) => replace(path, LARGE.replaceAll('"type":"message"', '"type":"unknown"')),
      0,
      [],
    ],
    [
      'is replaced by a folder of its name',
      (path) => {
        rmSync(path);
        mkdirSync(path);
      },
      null,
      ['transcript_missing'],
    ],
  ])('%s: the scan ends with what stands there then', async (_, act, messages, reasons) => {
    const { after, fresh } = await changedMeanwhile(act);
    expect(figureOf(after, 'messages', BAD)).toBe(messages);
    expect(findingsOf(after, BAD)).toEqual(reasons);
    for (const name of ['messages', 'tokens', 'transcript_bytes', 'compactions', 'started_timestamp_seconds']) {
      expect(figureOf(after, name, BAD), name).toBe(figureOf(fresh, name, BAD));
    }
  });

  it.each<[how: string, act: (path: string) => void, reasons: string[]]>([
    ['vanishes', () => undefined, ['transcript_missing']],
    ['is a FIFO', (path) => execFileSync('mkfifo', [path]), ['transcript_missing']],
    ['leads out', (path) => symlinkSync('/etc/passwd', path), ['entry_invalid']],
  ])('%s before its turn: the scan goes on with the others', async (_, act, reasons) => {
    const meanwhile = (path: string) => {
      rmSync(path);
      act(path);
    };
    const { after } = await changedMeanwhile(meanwhile, 1);
    expect(findingsOf(after, BAD)).toEqual(reasons);
  });

  it('grows as fast as it is read: the scan ends all the same', async () => {
    const state = filesBeside();
    const before = await healthyScan();
    const path = putBad(state, LARGE);
    const most = 1000;
    let appended = 0;
    let isDeep = false;
    const pause = async () => {
      if (!isDeep || appended === most) return;
      appended += 1;
      appendFileSync(path, LARGE);
    };
    const scanner = testScanner(state.dir, { ...PLAIN, pause });
    await scanner.quick();
    isDeep = true;
    const { rendered } = await scanner.deep();
    expectSameSessions(parsed(rendered), before.deep);
    expect(findingsOf(parsed(rendered), BAD)).toEqual([]);
    expect(appended).toBeLessThan(most);
  });
});
