import { execFileSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EMPTY_SUMMARY, type TranscriptSummary } from '../../../src/read/file/transcript-summary.ts';
import { fileFolder } from '../../support/folder.ts';

const MIB = 1024 * 1024;
const READER = join(import.meta.dirname, '../../../src/read/file/transcript-validation.ts');
const folder = fileFolder();
const path = join(folder, 'transcript.jsonl');

/** A header, and a message of so many MiB. */
function writeLongLine(mebibytes: number): void {
  const text = Buffer.alloc(MIB, 'some text\\n é \\u00e9 ');
  const fd = openSync(path, 'w');
  writeSync(fd, '{"type":"session","id":"abc"}\n{"type":"message","text":"');
  for (let written = 0; written < mebibytes; written += 1) writeSync(fd, text);
  writeSync(fd, '"}\n');
  closeSync(fd);
}

const VALIDATE_FORWARD = `
  const { NOTHING_VALIDATED, validateForward } = await import(${JSON.stringify(READER)});
  const fd = fs.openSync(path, 'r');
  const steps = validateForward(fd, fs.fstatSync(fd).size, NOTHING_VALIDATED);
  let step = steps.next();
  while (!step.done) step = steps.next();
  const summary = step.value.summary;`;
const READ_WHOLE = 'const summary = fs.readFileSync(path).length;';

interface Outcome {
  readonly summary: TranscriptSummary;
  readonly peak: number;
}

/** Peak: bytes. In a process of its own, behind a shell: on Linux a process begins with the peak of who forked it. */
function inChild(code: string): Outcome {
  const script = `
    const fs = await import('node:fs');
    const path = ${JSON.stringify(path)};
    ${code}
    process.stdout.write(JSON.stringify({ summary, peak: process.resourceUsage().maxRSS * 1024 }));`;
  const command = [process.execPath, '--input-type=module', '--eval', script];
  return JSON.parse(execFileSync('/bin/sh', ['-c', '"$@"; exit "$?"', 'sh', ...command], { encoding: 'utf8' }));
}

const HEAD = { ...EMPTY_SUMMARY, header: { id: 'abc', startedMs: null }, records: 1 };

describe('a line of more than 16 MiB', () => {
  it('is not judged, and takes no more memory the longer it is', () => {
    writeLongLine(64);
    const short = inChild(VALIDATE_FORWARD);
    writeLongLine(256);
    const long = inChild(VALIDATE_FORWARD);
    const whole = inChild(READ_WHOLE);
    expect([short.summary, long.summary]).toEqual([1, 1].map((oversizedRecords) => ({ ...HEAD, oversizedRecords })));
    expect(long.peak - short.peak).toBeLessThan(64 * MIB);
    // Held whole it would be seen in the peak.
    expect(whole.peak - short.peak).toBeGreaterThan(64 * MIB);
  });
});
