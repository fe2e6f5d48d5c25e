import type { CheckOutcome } from '../checks/run.ts';
import type { LogFormat, LogLevel } from '../log.ts';
import type { Scan } from '../model/scan.ts';
import type { PathMapping } from '../openclaw/path-map.ts';
import type { Policy } from '../settings/policy.ts';

/** What the scanning process needs to know; plain data, since it crosses a process boundary. */
export interface ScanSettings {
  readonly stateDir: string;
  readonly configPath: string;
  readonly mappings: readonly PathMapping[];
  /** Home of the gateway's user, for a `session.store` that begins with `~`. */
  readonly home: string;
  readonly sessionLimit: number;
  /** null: `--privacy.peers=plain`. */
  readonly salt: Buffer | null;
  readonly disabledChecks: readonly string[];
  readonly policy: Policy;
  /** The gateway's processes are those of this host: a lock of a dead one is stale at once. */
  readonly samePidNamespace: boolean;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

export type ToChild =
  /** At the start, and again when the config was loaded again. */
  { readonly type: 'settings'; readonly settings: ScanSettings } | { readonly type: 'scan'; readonly scan: Scan };

/** What the scanning process costs. */
export interface Usage {
  readonly memoryBytes: number;
  readonly cpuSeconds: number;
}

/** Finished text: the parent adds nothing to it and never looks at the stores itself. */
export interface Rendered {
  /** Text format 0.0.4. */
  readonly metrics: string;
  /** A fragment of the status page, HTML. */
  readonly page: string;
}

export type FromChild =
  | { readonly type: 'heartbeat'; readonly usage: Usage }
  | {
      readonly type: 'done';
      readonly scan: Scan;
      readonly durationSeconds: number;
      /** null: the figures are those that were sent last. */
      readonly rendered: Rendered | null;
      readonly checks: readonly CheckOutcome[];
      readonly usage: Usage;
    }
  | { readonly type: 'failed'; readonly scan: Scan; readonly error: string; readonly usage: Usage };
