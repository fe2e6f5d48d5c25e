import { once } from 'node:events';
import { createInflateRaw, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { deflate, gzipOf, plainOf } from '../src/deflated.ts';

const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.nat(300_000).map((length) => 'openclaw_store_'.repeat(length / 15)),
);

it('two texts, of which one was compressed before, are one text and one gzip member', async () => {
  await fc.assert(
    fc.asyncProperty(fc.option(text), text, async (first, rest) => {
      const part = first === null ? null : deflate(first);
      const zipped = gzipOf(part, rest);
      const whole = `${first ?? ''}${rest}`;
      expect(gunzipSync(zipped).toString('utf8')).toBe(whole);
      expect((await plainOf(part, rest)).toString('utf8')).toBe(whole);
      // To its trailer it is one stream: a second member would lie behind its end.
      expect(await streamBytes(zipped.subarray(HEADER_BYTES))).toBe(zipped.length - HEADER_BYTES - TRAILER_BYTES);
    }),
    { numRuns: 50 },
  );
});

/** Bytes of a stream up to its end; what lies behind that is not counted. */
async function streamBytes(bytes: Uint8Array): Promise<number> {
  const stream = createInflateRaw();
  stream.resume().end(bytes);
  await once(stream, 'end');
  return stream.bytesWritten;
}
