import { createHash } from 'node:crypto';

/** SHA-256 in hex: the sample's only source of anything that looks random. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A UUID (in the form of version 4) that is the same for the same text. */
export function uuidOf(text: string): string {
  const hex = digest(text);
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
