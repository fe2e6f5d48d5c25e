/** Whether OpenClaw's version (`2026.7.35`, `2026.2.6-3`, `2026.7.2-beta.1`) is that of a release or later; null when it is no version. */
export function isAtLeast(version: string | null, release: readonly [number, number, number]): boolean | null {
  const found = /^(\d{4})\.(\d{1,2})\.(\d{1,3})/.exec(version ?? '');
  if (found === null) return null;
  for (const [at, wanted] of release.entries()) {
    const part = Number(found[at + 1]);
    if (part !== wanted) return part > wanted;
  }
  return true;
}
