import type { Check } from './check.ts';
import { collisions } from './collisions.ts';
import { duplicates } from './duplicates.ts';
import { entryInvalid } from './entry-invalid.ts';
import { headerInvalid } from './header-invalid.ts';
import { idMismatch } from './id-mismatch.ts';
import { invalidJson } from './invalid-json.ts';
import { strays } from './strays.ts';
import { stuck } from './stuck.ts';
import { transcriptEmpty } from './transcript-empty.ts';
import { transcriptMissing } from './transcript-missing.ts';
import { transcriptPathNull } from './transcript-path-null.ts';
import { truncated } from './truncated.ts';
import { windowMissing } from './window-missing.ts';

/** Every check, in the order in which findings are listed. A new check is a file beside this one and a line here. */
export const CHECKS: readonly Check[] = [
  entryInvalid,
  transcriptPathNull,
  transcriptMissing,
  transcriptEmpty,
  headerInvalid,
  idMismatch,
  invalidJson,
  truncated,
  windowMissing,
  duplicates,
  strays,
  collisions,
  stuck,
];
