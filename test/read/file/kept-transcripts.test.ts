import { appendFileSync, renameSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signatureOf } from '../../../src/disk/files.ts';
import { lastUsageWith } from '../../../src/openclaw/last-usage.ts';
import { parseRecord } from '../../../src/openclaw/transcript-record.ts';
import { KeptTranscripts } from '../../../src/read/file/kept-transcripts.ts';
import { addRecord, EMPTY_SUMMARY, type TranscriptSummary } from '../../../src/read/file/transcript-summary.ts';
import { fileFolder } from '../../support/folder.ts';
import { NEEDED } from '../../support/last-usage.ts';

const MIB = 1024 * 1024;
const root = fileFolder();
let files = 0;

function newPath(): string {
  files += 1;
  return join(root, `${files}.jsonl`);
}

function record(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const line: fc.Arbitrary<Buffer> = fc.oneof(
  fc.record({ type: fc.constant('session'), id: text }).map(record),
  fc.record({ type: fc.constantFrom('message', 'compaction', 'reset', 'custom'), text }).map(record),
  fc.nat(100_000).map((input) => record({ type: 'message', message: { role: 'assistant', usage: { input } } })),
  fc
    .constantFrom('', ' \t', '42', 'null', '[]', '"é😀"', '{', 'text', '{"type":"message"', '\ufeff', '\0\0\0')
    .map(Buffer.from),
  fc
    .constantFrom([0xff], [0xc3], [0x22, 0xe2, 0x82, 0x22], [0x22, 0xf0, 0x9f, 0x98, 0x22])
    .map((bytes) => Buffer.from(bytes)),
);

/** Bytes of a transcript as writers, crashes and hands leave them. */
const transcript = fc
  .record({
    lines: fc.array(fc.tuple(line, fc.constantFrom('\n', '\n', '\n', '\r\n', '\n\n')), { maxLength: 12 }),
    mark: fc.boolean(),
    cut: fc.oneof(fc.constant(0), fc.nat(40)),
  })
  .map(({ lines, mark, cut }) => {
    const all = Buffer.concat(lines.flatMap(([bytes, end]) => [bytes, Buffer.from(end)]));
    const marked = mark ? Buffer.concat([Buffer.from('\ufeff'), all]) : all;
    return marked.subarray(0, Math.max(0, marked.length - cut));
  });

/** The bytes in appends, cut anywhere: in the middle of lines and of characters. */
const appends = fc.tuple(transcript, fc.array(fc.nat(), { maxLength: 5 })).map(([bytes, places]) => {
  const cuts = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
  return [0, ...cuts].map((cut, at) => bytes.subarray(cut, cuts[at] ?? bytes.length));
});

/** The same summary the plain way: the whole text, line by line. */
function summaryOf(bytes: Buffer): TranscriptSummary {
  const lines = bytes
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split('\n');
  const unended = lines.pop() ?? '';
  let summary = EMPTY_SUMMARY;
  for (const content of [...lines, unended]) {
    const parsed = parseRecord(content);
    if (parsed !== null && parsed !== 'oversized') summary = addRecord(summary, parsed);
    else if (isBad(content)) summary = { ...summary, lastUsage: lastUsageWith(summary.lastUsage, 'bad') };
  }
  return { ...summary, badLines: lines.filter(isBad).length, unfinished: isBad(unended) };
}

function isBad(content: string): boolean {
  return content.trim() !== '' && parseRecord(content) === null;
}

function validate(transcripts: KeptTranscripts): void {
  for (const _chunk of transcripts.validate());
}

function look(transcripts: KeptTranscripts, path: string) {
  return transcripts.look(path, root, signatureOf(path, root), NEEDED);
}

/** In a quick scan before the first deep one. */
function coldLook(transcripts: KeptTranscripts, path: string) {
  transcripts.startScan(null);
  return look(transcripts, path);
}

/** In a later one: the look itself validates. */
function warmLook(transcripts: KeptTranscripts, path: string) {
  transcripts.startScan(16 * MIB);
  return look(transcripts, path);
}

describe('KeptTranscripts, a file that only grows', () => {
  it('ends with the summary of one read, when each append is looked at and validated', () => {
    fc.assert(
      fc.property(appends, (parts) => {
        const path = newPath();
        const transcripts = new KeptTranscripts();
        writeFileSync(path, '');
        for (const part of parts) {
          appendFileSync(path, part);
          coldLook(transcripts, path);
          validate(transcripts);
        }
        const bytes = Buffer.concat(parts);
        const expected = summaryOf(bytes);
        expect(coldLook(transcripts, path)).toMatchObject({
          signature: { size: bytes.length },
          summary: expected,
          usage: { lastUsage: expected.lastUsage, ended: 'whole' },
        });
        expect(warmLook(new KeptTranscripts(), path).summary).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('has the summary of every state on the way, and reads on from the last whole line', () => {
    fc.assert(
      fc.property(appends, (parts) => {
        const path = newPath();
        const transcripts = new KeptTranscripts();
        let bytes = Buffer.alloc(0);
        let toRead = 0;
        for (const part of parts) {
          const wholeLines = bytes.lastIndexOf('\n') + 1;
          if (part.length > 0) toRead += bytes.length - wholeLines + part.length;
          bytes = Buffer.concat([bytes, part]);
          appendFileSync(path, part);
          expect(warmLook(transcripts, path).summary).toEqual(summaryOf(bytes));
          expect(warmLook(transcripts, path).summary).toEqual(summaryOf(bytes));
        }
        expect(transcripts.bytesRead).toBe(toRead);
      }),
      { numRuns: 200 },
    );
  });

  it('reads each byte once when it grows by whole lines', () => {
    fc.assert(
      fc.property(fc.array(fc.array(line, { minLength: 1, maxLength: 4 }), { maxLength: 6 }), (parts) => {
        const path = newPath();
        const transcripts = new KeptTranscripts();
        writeFileSync(path, '');
        for (const part of parts) {
          appendFileSync(path, Buffer.concat(part.flatMap((bytes) => [bytes, Buffer.from('\n')])));
          warmLook(transcripts, path);
        }
        expect(transcripts.bytesRead).toBe(statSync(path).size);
      }),
      { numRuns: 200 },
    );
  });
});

/** Each changes the file and returns what stands there now. */
const CHANGES: [name: string, change: (path: string, bytes: Buffer, other: Buffer) => Buffer][] = [
  ['is truncated', (path, bytes) => truncated(path, bytes, Math.floor(bytes.length / 2))],
  [
    'is replaced by rename',
    (path, _bytes, other) => {
      writeFileSync(`${path}.tmp`, other);
      renameSync(`${path}.tmp`, path);
      return other;
    },
  ],
  [
    'is replaced by rename with a longer one',
    (path, bytes, other) => {
      const longer = Buffer.concat([other, Buffer.from('\n'), bytes, Buffer.from('\n{"type":"message"}\n')]);
      writeFileSync(`${path}.tmp`, longer);
      renameSync(`${path}.tmp`, path);
      return longer;
    },
  ],
  [
    'is rewritten to the same size',
    (path, bytes, other) => {
      const same = Buffer.concat([other, Buffer.alloc(bytes.length, 'x')]).subarray(0, bytes.length);
      writeFileSync(path, same);
      // A later time, as any write but one in the same instant has.
      utimesSync(path, new Date(), new Date(Date.now() + 5000));
      return same;
    },
  ],
  [
    'is cut to nothing and grows beyond its size',
    (path, bytes, other) => {
      const longer = Buffer.concat([Buffer.from('{"type":"reset"}\n'), other, Buffer.alloc(bytes.length + 80, 'y')]);
      writeFileSync(path, longer);
      return longer;
    },
  ],
];

function truncated(path: string, bytes: Buffer, size: number): Buffer {
  truncateSync(path, size);
  return bytes.subarray(0, size);
}

describe('KeptTranscripts, a file that is not only appended to', () => {
  it.each(CHANGES)('starts over when it %s', (_, change) => {
    fc.assert(
      fc.property(transcript, transcript, fc.constantFrom(coldLook, warmLook), (bytes, other, look) => {
        const path = newPath();
        writeFileSync(path, bytes);
        const transcripts = new KeptTranscripts();
        look(transcripts, path);
        validate(transcripts);
        const now = change(path, bytes, other);
        const seen = look(transcripts, path);
        if (look === warmLook) expect(seen.summary).toEqual(summaryOf(now));
        validate(transcripts);
        expect(look(transcripts, path)).toMatchObject({ signature: { size: now.length }, summary: summaryOf(now) });
      }),
      { numRuns: 60 },
    );
  });

  it('knows one that looks grown by its inode', () => {
    const path = newPath();
    const rest = `\n{"type":"custom","text":"${'x'.repeat(100)}"}\n`;
    writeFileSync(path, `{"type":"message"}${rest}`);
    const transcripts = new KeptTranscripts();
    warmLook(transcripts, path);
    const longer = `{"type":"sessio_"}${rest}{"type":"message"}\n`;
    writeFileSync(`${path}.tmp`, longer);
    renameSync(`${path}.tmp`, path);
    expect(warmLook(transcripts, path).summary).toEqual(summaryOf(Buffer.from(longer)));
  });
});

describe('KeptTranscripts, quick and deep scans', () => {
  const ANSWER = record({ type: 'message', message: { role: 'assistant', usage: { input: 70 } } });
  const SHORT = Buffer.concat([record({ type: 'session', id: 'a' }), Buffer.from('\n'), ANSWER, Buffer.from('\n')]);

  function fileOf(size: number): string {
    const path = newPath();
    writeFileSync(path, Buffer.alloc(size, `${'x'.repeat(1023)}\n`));
    appendFileSync(path, SHORT);
    return path;
  }

  it('reads only the end of a transcript before the first deep scan, which then validates it', () => {
    const path = fileOf(3 * MIB);
    const transcripts = new KeptTranscripts();
    const seen = coldLook(transcripts, path);
    expect(seen).toMatchObject({ summary: null, usage: { lastUsage: { after: { prompt: 70 } } } });
    expect(transcripts.bytesRead).toBeLessThan(MIB);
    validate(transcripts);
    expect(coldLook(transcripts, path).summary).toMatchObject({ records: 2, badLines: 3072 });
  });

  it('leaves what is too much for a quick scan to the deep one, and counts all files of the scan together', () => {
    const [first, second, small] = [fileOf(9 * MIB), fileOf(9 * MIB), fileOf(0)];
    const transcripts = new KeptTranscripts();
    const isValidated = (path: string) => look(transcripts, path).summary !== null;
    transcripts.startScan(16 * MIB);
    expect([first, second, small].map(isValidated)).toEqual([true, false, true]);
    transcripts.startScan(16 * MIB);
    expect([first, second].map(isValidated)).toEqual([true, false]);
    const before = transcripts.bytesRead;
    validate(transcripts);
    expect(transcripts.bytesRead - before).toBe(statSync(second).size);
    expect(isValidated(second)).toBe(true);
  });

  it('validates the shortest first, and leaves to the next deep scan what is too much for one', () => {
    const line = `${JSON.stringify({ type: 'message' })}\n`;
    const transcripts = new KeptTranscripts();
    const paths = [3, 1, 2].map((lines) => {
      const path = newPath();
      writeFileSync(path, line.repeat(lines));
      coldLook(transcripts, path);
      return path;
    });
    const validated = () => paths.map((path) => transcripts.get(path)?.summary?.messages ?? null);
    for (const _chunk of transcripts.validate(3 * line.length));
    expect(validated()).toEqual([null, 1, 2]);
    for (const _chunk of transcripts.validate(3 * line.length));
    expect(validated()).toEqual([3, 1, 2]);
  });

  it('forgets a transcript that no session has any more', () => {
    const [used, gone] = [fileOf(0), fileOf(0)];
    const transcripts = new KeptTranscripts();
    warmLook(transcripts, used);
    look(transcripts, gone);
    transcripts.retain(new Set([used]));
    const before = transcripts.bytesRead;
    warmLook(transcripts, used);
    expect(transcripts.bytesRead).toBe(before);
    warmLook(transcripts, used);
    look(transcripts, gone);
    expect(transcripts.bytesRead).toBe(before + SHORT.length);
  });

  it('throws for a transcript that vanished in a quick scan, and goes on to the next one in a deep scan', () => {
    const [gone, there] = [fileOf(0), fileOf(0)];
    const transcripts = new KeptTranscripts();
    coldLook(transcripts, gone);
    look(transcripts, there);
    rmSync(gone);
    validate(transcripts);
    expect(() => coldLook(transcripts, gone)).toThrow('missing');
    expect(look(transcripts, there).summary).not.toBeNull();
  });
});
