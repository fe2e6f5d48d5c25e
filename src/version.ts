import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Package = z.object({ version: z.string() });

/** The exporter's own version, from its package. */
export const VERSION = Package.parse(
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')),
).version;

/** Git revision of a build that was told it (the container image); null otherwise. */
export const REVISION: string | null = process.env.BUILD_REVISION || null;
