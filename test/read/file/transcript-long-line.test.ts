import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { NO_FACTS, type TranscriptFacts } from '../../../src/model/transcript.ts';

const MIB = 1024 * 1024;
const READER = join(import.meta.dirname, '../../../src/read/file/transcript-reader.ts');
const folder = mkdtempSync(join(tmpdir(), 'long-lines-'));
const path = join(folder, 'transcript.jsonl');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Shape {
  readonly head: string;
  /** Over and over, until the line is long enough. */
  readonly piece: string;
  readonly tail: string;
}

const HEADER = '{"type":"session","id":"abc"}\n';

function writeLongLine({ head, piece, tail }: Shape, megabytes: number): void {
  const many = Buffer.from(piece.repeat(Math.ceil(MIB / piece.length)));
  const fd = openSync(path, 'w');
  writeSync(fd, HEADER + head);
  for (let written = 0; written < megabytes * 1e6; written += many.length) writeSync(fd, many);
  writeSync(fd, tail);
  closeSync(fd);
}

const READ_FORWARD = `
  const { NOTHING_READ, readForward } = await import(${JSON.stringify(READER)});
  const fd = fs.openSync(path, 'r');
  const steps = readForward(fd, fs.fstatSync(fd).size, NOTHING_READ);
  let step = steps.next();
  while (!step.done) step = steps.next();
  const facts = step.value.facts;`;
const READ_WHOLE = 'const facts = fs.readFileSync(path).length;';

interface Outcome {
  readonly facts: TranscriptFacts;
  readonly peak: number;
}

/** Peak: bytes. In a process of its own, behind a shell: on Linux a process begins with the peak of who forked it. */
function inChild(code: string): Outcome {
  const script = `
    const fs = await import('node:fs');
    const path = ${JSON.stringify(path)};
    ${code}
    process.stdout.write(JSON.stringify({ facts, peak: process.resourceUsage().maxRSS * 1024 }));`;
  const command = [process.execPath, '--input-type=module', '--eval', script];
  return JSON.parse(execFileSync('/bin/sh', ['-c', '"$@"; exit "$?"', 'sh', ...command], { encoding: 'utf8' }));
}

const ANSWER = '{"type":"message","message":{"role":"assistant","content":[';
const USAGE = '],"usage":{"input":7}}}';
const TWO = { ...NO_FACTS, header: { id: 'abc', startedMs: null }, records: 2, messages: 1 };
const SEVEN = { after: 7, before: null, compacted: false };

describe('a line of 200 MB', () => {
  it.each<[what: string, shape: Shape, facts: TranscriptFacts]>([
    [
      'one long string',
      { head: `${ANSWER}{"text":"`, piece: 'some text\\n é \\u00e9', tail: `"}${USAGE}\n` },
      { ...TWO, usage: SEVEN },
    ],
    [
      'many small values',
      { head: ANSWER, piece: '{"text":"a","list":[true,1.5]},', tail: `0${USAGE}\n` },
      { ...TWO, usage: SEVEN },
    ],
    ['one long number', { head: '', piece: '1234567890', tail: '\n' }, { ...TWO, messages: 0 }],
    ['only brackets', { head: '', piece: '[', tail: '\n' }, { ...TWO, records: 1, messages: 0, badLines: 1 }],
    [
      'one that has not ended',
      { head: `${ANSWER}"`, piece: 'text', tail: '' },
      { ...TWO, records: 1, messages: 0, unfinished: true },
    ],
  ])('takes no more memory than one of 2 MB: %s', (_, shape, facts) => {
    writeLongLine(shape, 2);
    const short = inChild(READ_FORWARD);
    writeLongLine(shape, 200);
    const long = inChild(READ_FORWARD);
    expect([short.facts, long.facts]).toEqual([facts, facts]);
    // Measured: 4 MB more; 25 MB for the brackets, of which each level takes a bit.
    expect(long.peak - short.peak).toBeLessThan(64 * MIB);
  });

  it('would be seen in the peak', () => {
    writeLongLine({ head: '"', piece: 'x', tail: '"\n' }, 2);
    const short = inChild(READ_WHOLE);
    writeLongLine({ head: '"', piece: 'x', tail: '"\n' }, 200);
    expect(inChild(READ_WHOLE).peak - short.peak).toBeGreaterThan(150 * MIB);
  });
});
