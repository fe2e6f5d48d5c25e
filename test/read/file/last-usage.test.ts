import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type LastUsage, NO_LAST_USAGE } from '../../../src/model/transcript.ts';
import { lastUsageFromEnd } from '../../../src/read/file/last-usage.ts';
import { NOTHING_VALIDATED, validateForward } from '../../../src/read/file/transcript-validation.ts';

const KIB = 1024;
const MIB = KIB * KIB;
const folder = mkdtempSync(join(tmpdir(), 'last-usage-'));
const path = join(folder, 'transcript.jsonl');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the end says, and what the whole says, of a file with this text. */
function read(text: string): { fromEnd: ReturnType<typeof lastUsageFromEnd>; full: LastUsage } {
  writeFileSync(path, text);
  const size = Buffer.byteLength(text);
  const fd = openSync(path, 'r');
  try {
    const steps = validateForward(fd, size, NOTHING_VALIDATED);
    for (;;) {
      const step = steps.next();
      if (step.done) return { fromEnd: lastUsageFromEnd(fd, size, null), full: step.value.summary.lastUsage };
    }
  } finally {
    closeSync(fd);
  }
}

const HEADER = '{"type":"session","id":"abc"}\n';
const COMPACTION = '{"type":"compaction"}\n';
const RESET = '{"type":"reset"}\n';
const MIRROR =
  '{"type":"message","message":{"role":"assistant","provider":"openclaw","model":"delivery-mirror","usage":{"output":1,"input":9}}}\n';

function answer(input: number): string {
  return `{"type":"message","message":{"role":"assistant","usage":{"input":${input}}}}\n`;
}

/** A record of about so many bytes, without usage. */
function padding(bytes: number): string {
  return `{"type":"message","message":{"role":"user","content":"${'é'.repeat(bytes / 2)}"}}\n`;
}

interface Case {
  when: string;
  text: string;
  lastUsage: Partial<LastUsage>;
  bytesRead?: number;
}

describe('lastUsageFromEnd', () => {
  it.each<Case>([
    { when: 'it is empty', text: '', lastUsage: {}, bytesRead: 0 },
    { when: 'there is only a header', text: HEADER, lastUsage: {} },
    { when: 'the last line is an answer', text: HEADER + answer(1) + answer(2), lastUsage: { after: 2 } },
    { when: 'the newline after it is missing', text: (HEADER + answer(2)).trimEnd(), lastUsage: { after: 2 } },
    { when: 'half a line follows', text: `${HEADER}${answer(2)}{"type":"mess`, lastUsage: { after: 2 } },
    { when: 'NUL bytes follow', text: `${HEADER}${answer(2)}${'\0'.repeat(99)}`, lastUsage: { after: 2 } },
    { when: 'lines that do not parse follow', text: `${HEADER}${answer(2)}{\n\nx\n`, lastUsage: { after: 2 } },
    { when: 'lines end as on Windows', text: (HEADER + answer(2)).replaceAll('\n', '\r\n'), lastUsage: { after: 2 } },
    { when: 'a delivery mirror follows', text: HEADER + answer(2) + MIRROR, lastUsage: { after: 2 } },
    { when: 'a compaction follows', text: HEADER + answer(2) + COMPACTION, lastUsage: { before: 2, compacted: true } },
    { when: 'a reset follows', text: HEADER + answer(2) + RESET, lastUsage: { before: 2, compacted: true } },
    {
      when: 'two compactions follow',
      text: answer(2) + COMPACTION + COMPACTION,
      lastUsage: { before: 2, compacted: true },
    },
    { when: 'there was none before a compaction', text: HEADER + COMPACTION, lastUsage: { compacted: true } },
    { when: 'it is 100 KiB before the end', text: answer(2) + padding(100 * KIB), lastUsage: { after: 2 } },
    { when: 'it is 900 KiB before the end', text: answer(2) + padding(900 * KIB), lastUsage: { after: 2 } },
    {
      when: 'it is 900 KiB before the end of a larger file',
      text: padding(MIB) + answer(2) + padding(450 * KIB) + padding(450 * KIB),
      lastUsage: { after: 2 },
    },
    {
      when: 'a line is cut where its rest would be an answer',
      text: `junk${answer(2)}`.padEnd(16 * KIB + 'junk'.length, ' '),
      lastUsage: {},
    },
    {
      when: 'a compaction is near the end and the answer before it is far',
      text: padding(MIB) + answer(2) + padding(900 * KIB) + COMPACTION + padding(8),
      lastUsage: { before: 2, compacted: true },
    },
  ])('has what the whole has when $when', ({ text, lastUsage, bytesRead }) => {
    const { fromEnd, full } = read(text);
    expect(fromEnd.lastUsage).toEqual({ ...NO_LAST_USAGE, ...lastUsage });
    expect(full).toEqual(fromEnd.lastUsage);
    if (bytesRead !== undefined) expect(fromEnd.bytesRead).toBe(bytesRead);
  });

  it.each<Case>([
    { when: 'the answer is near', text: padding(3 * MIB) + answer(2), lastUsage: { after: 2 }, bytesRead: 16 * KIB },
    {
      when: 'it is further',
      text: padding(3 * MIB) + answer(2) + padding(64 * KIB),
      lastUsage: { after: 2 },
      bytesRead: (16 + 128) * KIB,
    },
    {
      when: 'it is too far',
      text: answer(2) + padding(MIB),
      lastUsage: {},
      bytesRead: (16 + 128 + 1024) * KIB,
    },
    {
      when: 'the end is one long line',
      text: answer(2) + padding(4 * MIB),
      lastUsage: {},
      bytesRead: (16 + 128 + 1024) * KIB,
    },
    {
      when: 'it is too far and a compaction is near',
      text: answer(2) + padding(MIB) + COMPACTION,
      lastUsage: { compacted: true },
      bytesRead: (16 + 128 + 1024) * KIB,
    },
  ])('reads no more than it must when $when', ({ text, lastUsage, bytesRead }) => {
    const { fromEnd } = read(text);
    expect(fromEnd).toEqual({ lastUsage: { ...NO_LAST_USAGE, ...lastUsage }, bytesRead });
  });

  it('has the newest usage of the whole wherever that lies within 1 MiB of the end', () => {
    const part = fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 1, max: 9 }).map(answer) },
      { weight: 2, arbitrary: fc.constantFrom(COMPACTION, RESET, MIRROR, '\n', '{"cut\n', '\0\0\n', '[]\n') },
      { weight: 2, arbitrary: fc.integer({ min: 8, max: 40 * KIB }).map(padding) },
      { weight: 1, arbitrary: fc.integer({ min: 100 * KIB, max: 700 * KIB }).map(padding) },
    );
    const ending = fc.constantFrom('', '{"type":"message"', '\0\0\0\0', answer(5).trimEnd());
    fc.assert(
      fc.property(fc.array(part, { maxLength: 14 }), ending, (parts, end) => {
        const text = parts.join('') + end;
        const { fromEnd, full } = read(text);
        expect(fromEnd.bytesRead).toBeLessThanOrEqual((16 + 128 + 1024) * KIB);
        const last = text.lastIndexOf('"usage":{"input":');
        const behind = Buffer.byteLength(text.slice(text.lastIndexOf('\n', last) + 1));
        fc.pre(last >= 0 && behind < MIB);
        expect(fromEnd.lastUsage.after).toBe(full.after);
        if (full.after === null) expect(fromEnd.lastUsage).toEqual(full);
      }),
      { numRuns: 100 },
    );
  });
});
