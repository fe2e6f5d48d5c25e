import type { Check } from './check.ts';
import { collisions } from './collisions.ts';
import { CORRUPTED } from './corrupted.ts';
import { duplicates } from './duplicates.ts';
import { strays } from './strays.ts';
import { stuck } from './stuck.ts';

/**
 * Every check, in the order in which findings are listed. A new check is a file beside this one and a line here; a new
 * reason for corruption is a row in `corrupted.ts`.
 */
export const CHECKS: readonly Check[] = [...CORRUPTED, duplicates, strays, collisions, stuck];
