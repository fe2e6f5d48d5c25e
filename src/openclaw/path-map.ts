/** Paths of the gateway's host, which may be another one than this, or of another system. */
import { posix } from 'node:path';

/** `--openclaw.path-map FROM=TO`: where a path of the gateway's host lies here. */
export interface PathMapping {
  readonly from: string;
  readonly to: string;
}

const DRIVE = /^[a-zA-Z]:[\\/]/;

/** Whether the text is an absolute path on any host. */
export function isAnyAbsolute(path: string): boolean {
  return path.startsWith('/') || path.startsWith('\\\\') || DRIVE.test(path);
}

/** `~` at the beginning is the home of the gateway's user. */
export function fromHome(path: string, home: string): string {
  return path.replace(/^~(?=$|[\\/])/, () => home);
}

/** With `/` as separator and without `.` and `..` where they can be resolved. */
export function normalizeAnyPath(path: string): string {
  const isWindows = DRIVE.test(path) || (path.includes('\\') && !path.includes('/'));
  return posix.normalize(isWindows ? path.replaceAll('\\', '/') : path);
}

/** The path under the first mapping that it lies in; null when it lies in none. */
export function mapPath(path: string, mappings: readonly PathMapping[]): string | null {
  for (const { from, to } of mappings) {
    const base = normalizeAnyPath(from).replace(/\/$/, '');
    if (path === base) return to;
    if (path.startsWith(`${base}/`)) return posix.join(to, path.slice(base.length));
  }
  return null;
}

/**
 * The `agents/<id>/…` tail of a path of another host; null when it has none. The last `/agents/` counts: the folders
 * above a state directory can be called so too.
 */
export function agentsTail(path: string): string | null {
  const at = path.lastIndexOf('/agents/');
  if (at < 0) return null;
  const tail = path.slice(at + 1);
  return tail.split('/').length >= 3 ? tail : null;
}
