import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type IsEnough, type LastUsage, NO_LAST_USAGE } from '../../../src/openclaw/last-usage.ts';
import { lastUsageFromEnd } from '../../../src/read/file/last-usage.ts';
import { NOTHING_VALIDATED, validateForward } from '../../../src/read/file/transcript-validation.ts';
import { fileFolder } from '../../support/folder.ts';
import { last } from '../../support/last-usage.ts';

const KIB = 1024;
const MIB = KIB * KIB;
const folder = fileFolder();
const path = join(folder, 'transcript.jsonl');

/** What the end says, and what the whole says, of a file with this text. */
function read(
  text: string,
  isEnough: IsEnough = () => true,
): { fromEnd: ReturnType<typeof lastUsageFromEnd>; full: LastUsage } {
  writeFileSync(path, text);
  const size = Buffer.byteLength(text);
  const fd = openSync(path, 'r');
  try {
    const steps = validateForward(fd, size, NOTHING_VALIDATED);
    for (;;) {
      const step = steps.next();
      if (step.done) return { fromEnd: lastUsageFromEnd(fd, size, isEnough), full: step.value.summary.lastUsage };
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
  return `{"type":"message","message":{"role":"assistant","usage":{"input":${input},"output":5}}}\n`;
}

/** A record of about so many bytes, without usage. */
function padding(bytes: number): string {
  return `{"type":"message","message":{"role":"user","content":"${'é'.repeat(bytes / 2)}"}}\n`;
}

interface Case {
  when: string;
  text: string;
  lastUsage: LastUsage | null;
  bytesRead?: number;
}

describe('lastUsageFromEnd', () => {
  it.each<Case>([
    { when: 'it is empty', text: '', lastUsage: NO_LAST_USAGE, bytesRead: 0 },
    { when: 'there is only a header', text: HEADER, lastUsage: NO_LAST_USAGE },
    { when: 'the last line is an answer', text: HEADER + answer(1) + answer(2), lastUsage: last(2) },
    { when: 'the newline after it is missing', text: (HEADER + answer(2)).trimEnd(), lastUsage: last(2) },
    {
      when: 'half a line follows',
      text: `${HEADER}${answer(2)}{"type":"mess`,
      lastUsage: last(2, null, { unreadSince: true }),
    },
    {
      when: 'NUL bytes follow',
      text: `${HEADER}${answer(2)}${'\0'.repeat(99)}`,
      lastUsage: last(2, null, { unreadSince: true }),
    },
    {
      when: 'lines that do not parse follow',
      text: `${HEADER}${answer(2)}{\n\nx\n`,
      lastUsage: last(2, null, { unreadSince: true }),
    },
    { when: 'lines end as on Windows', text: (HEADER + answer(2)).replaceAll('\n', '\r\n'), lastUsage: last(2) },
    { when: 'a delivery mirror follows', text: HEADER + answer(2) + MIRROR, lastUsage: last(2) },
    { when: 'a compaction follows', text: HEADER + answer(2) + COMPACTION, lastUsage: last(null, 2) },
    { when: 'a reset follows', text: HEADER + answer(2) + RESET, lastUsage: last(null, 2) },
    {
      when: 'two compactions follow',
      text: answer(2) + COMPACTION + COMPACTION,
      lastUsage: last(null, 2),
    },
    { when: 'there was none before a compaction', text: HEADER + COMPACTION, lastUsage: NO_LAST_USAGE },
    { when: 'it is 100 KiB before the end', text: answer(2) + padding(100 * KIB), lastUsage: last(2) },
    { when: 'it is 900 KiB before the end', text: answer(2) + padding(900 * KIB), lastUsage: last(2) },
    {
      when: 'it is 900 KiB before the end of a larger file',
      text: padding(MIB) + answer(2) + padding(450 * KIB) + padding(450 * KIB),
      lastUsage: last(2),
    },
    {
      when: 'a line is cut where its rest would be an answer',
      text: `junk${answer(2)}`.padEnd(16 * KIB + 'junk'.length, ' '),
      lastUsage: NO_LAST_USAGE,
    },
    {
      when: 'a compaction is near the end and the answer before it is far',
      text: padding(MIB) + answer(2) + padding(900 * KIB) + COMPACTION + padding(8),
      lastUsage: last(null, 2),
    },
  ])('has what the whole has when $when', ({ text, lastUsage, bytesRead }) => {
    const { fromEnd, full } = read(text);
    expect(fromEnd.search.lastUsage).toEqual(lastUsage);
    expect(full).toEqual(lastUsage);
    if (bytesRead !== undefined) expect(fromEnd.bytesRead).toBe(bytesRead);
  });

  it.each<Case>([
    { when: 'the answer is near', text: padding(3 * MIB) + answer(2), lastUsage: last(2), bytesRead: 16 * KIB },
    {
      when: 'it is further',
      text: padding(3 * MIB) + answer(2) + padding(64 * KIB),
      lastUsage: last(2),
      bytesRead: (16 + 128) * KIB,
    },
    {
      when: 'it is too far',
      text: answer(2) + padding(MIB),
      lastUsage: null,
      bytesRead: (16 + 128 + 1024) * KIB,
    },
    {
      when: 'the end is one long line',
      text: answer(2) + padding(4 * MIB),
      lastUsage: null,
      bytesRead: (16 + 128 + 1024) * KIB,
    },
    {
      when: 'it is too far and a compaction is near',
      text: answer(2) + padding(MIB) + COMPACTION,
      lastUsage: NO_LAST_USAGE,
      bytesRead: (16 + 128 + 1024) * KIB,
    },
  ])('reads no more than it must when $when', ({ text, lastUsage, bytesRead }) => {
    const { fromEnd } = read(text);
    expect(fromEnd).toMatchObject({ search: { lastUsage }, bytesRead });
  });

  it('reads on for the call before a compaction where the newest one is not enough, and no further than 1 MiB', () => {
    const near = padding(3 * MIB) + answer(2) + padding(64 * KIB) + COMPACTION + answer(3);
    expect(read(near).fromEnd).toEqual({ search: { lastUsage: last(3), ended: 'enough' }, bytesRead: 16 * KIB });
    const asked = read(near, () => false);
    expect(asked.fromEnd).toEqual({ search: { lastUsage: last(3, 2), ended: 'whole' }, bytesRead: (16 + 128) * KIB });
    const far = read(answer(2) + padding(MIB) + COMPACTION + answer(3), () => false);
    expect(far.fromEnd).toEqual({ search: { lastUsage: last(3), ended: 'limit' }, bytesRead: (16 + 128 + 1024) * KIB });
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
      fc.property(fc.array(part, { maxLength: 14 }), ending, fc.boolean(), (parts, end, isEnough) => {
        const text = parts.join('') + end;
        const { fromEnd, full } = read(text, () => isEnough);
        expect(fromEnd.bytesRead).toBeLessThanOrEqual((16 + 128 + 1024) * KIB);
        const newest = text.lastIndexOf('"usage":{"input":');
        const behind = Buffer.byteLength(text.slice(text.lastIndexOf('\n', newest) + 1));
        fc.pre(newest >= 0 && behind < MIB);
        const { lastUsage, ended } = fromEnd.search;
        expect(lastUsage).toEqual({ ...full, before: lastUsage?.before });
        if (ended === 'whole') expect(lastUsage).toEqual(full);
      }),
      { numRuns: 100 },
    );
  });
});
