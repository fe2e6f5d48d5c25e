import { promisify } from 'node:util';
import { constants, crc32, deflateRawSync, inflateRaw } from 'node:zlib';

/** A text, compressed once, that others can follow in one gzip member. */
export interface Deflated {
  /** Raw deflate up to a byte, without an end. */
  readonly deflated: Buffer;
  /** Of the text. */
  readonly bytes: number;
  readonly crc32: number;
}

/** Level 1: half the time of level 6 for 3 % more bytes (measured on 6.5 MB). */
const FAST = { level: constants.Z_BEST_SPEED } as const;

/** RFC 1952: deflate, no name, no time, the fastest level, Unix. */
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 3]);
const NOTHING: Deflated = { deflated: Buffer.alloc(0), bytes: 0, crc32: 0 };
const inflate = promisify(inflateRaw);

export function deflate(text: string): Deflated {
  const plain = Buffer.from(text, 'utf8');
  return {
    deflated: deflateRawSync(plain, { ...FAST, finishFlush: constants.Z_FULL_FLUSH }),
    bytes: plain.length,
    crc32: crc32(plain),
  };
}

/** Both as text. */
export async function plainOf(first: Deflated | null, rest: string): Promise<Buffer> {
  const plain = first === null ? [] : [await inflate(first.deflated, { finishFlush: constants.Z_SYNC_FLUSH })];
  return Buffer.concat([...plain, Buffer.from(rest, 'utf8')]);
}

/**
 * Both as one gzip member, of which only `rest` is compressed now: a megabyte takes 20 ms, and somebody waits for it. Two
 * members one after the other would be gzip as well, and curl refuses them.
 */
export function gzipOf(first: Deflated | null, rest: string): Buffer {
  const { deflated, bytes, crc32: begun } = first ?? NOTHING;
  const plain = Buffer.from(rest, 'utf8');
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(plain, begun), 0);
  trailer.writeUInt32LE((bytes + plain.length) % 2 ** 32, 4);
  return Buffer.concat([GZIP_HEADER, deflated, deflateRawSync(plain, FAST), trailer]);
}
