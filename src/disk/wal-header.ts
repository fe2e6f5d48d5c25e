/** The size of the header; what follows are frames, each a page and where it belongs. */
export const WAL_HEADER_BYTES = 32;

const MAGIC = 0x377f_0682;
const FORMAT = 3_007_000;
const CHECKSUM_AT = 24;

/**
 * Whether these first bytes of a WAL can be its header: magic, format, the page size of its database, a checksum of
 * all that. SQLite takes a WAL with another header for an empty one, silently, and whatever was committed to it is
 * lost; or it tries for ten seconds to find out (3.53, opened with `readonly_shm`, where only the magic is wrong).
 * A running gateway does not look at the header while it has the -shm, so it goes on until it is started again.
 */
export function isWalHeader(bytes: Buffer, pageSize: number): boolean {
  if (bytes.length < WAL_HEADER_BYTES) return false;
  const magic = bytes.readUInt32BE(0);
  // The last bit says in which byte order the checksums were computed.
  if (magic !== MAGIC && magic !== MAGIC + 1) return false;
  if (bytes.readUInt32BE(4) !== FORMAT || bytes.readUInt32BE(8) !== pageSize) return false;
  const [first, second] = checksum(bytes.subarray(0, CHECKSUM_AT), magic !== MAGIC);
  return bytes.readUInt32BE(CHECKSUM_AT) === first && bytes.readUInt32BE(CHECKSUM_AT + 4) === second;
}

/** SQLite's own, over pairs of 32-bit numbers. */
function checksum(bytes: Buffer, isBigEndian: boolean): [number, number] {
  const numberAt = (at: number) => (isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at));
  let first = 0;
  let second = 0;
  for (let at = 0; at < bytes.length; at += 8) {
    first = (first + numberAt(at) + second) >>> 0;
    second = (second + numberAt(at + 4) + first) >>> 0;
  }
  return [first, second];
}
