const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  k: 1024,
  kb: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
  t: 1024 ** 4,
  tb: 1024 ** 4,
};

/** Bytes of a size in OpenClaw's config (`10gb`, `512 kb`, `500` or a number; its units are binary); null when it is none. */
export function parseByteSize(value: string | number): number | null {
  const text = String(value).trim().toLowerCase();
  const found = /^(\d+(?:\.\d+)?)([a-z]*)$/.exec(text);
  const unit = UNITS[found?.[2] || 'b'];
  return found === null || unit === undefined ? null : Math.round(Number(found[1]) * unit);
}
