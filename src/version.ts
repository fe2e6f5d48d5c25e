import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Package = z.object({ version: z.string(), repository: z.object({ url: z.string() }).optional() });

const PACKAGE = Package.parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')));

/** The exporter's own version, from its package. */
export const VERSION = PACKAGE.version;

/** The address of its source; null: the package names none. */
export const REPOSITORY = PACKAGE.repository?.url ?? null;

/** Git revision of a build that was told it (the container image, the package); null otherwise. */
export const REVISION: string | null = process.env.BUILD_REVISION || packedRevision();

/** Written beside this file when the package was packed (`scripts/write-revision.ts`). */
function packedRevision(): string | null {
  try {
    return readFileSync(new URL('revision', import.meta.url), 'utf8').trim() || null;
  } catch {
    return null;
  }
}
