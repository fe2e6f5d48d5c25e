import type { FileClass } from '../openclaw/file-classes.ts';

/** Files of one class that belong to an agent. */
interface ClassTotal {
  readonly class: FileClass;
  readonly files: number;
  readonly bytes: number;
}

export interface AgentFiles {
  /** Classes without files are left out. */
  readonly classes: readonly ClassTotal[];
  readonly locks: { readonly held: number; readonly stale: number };
}
