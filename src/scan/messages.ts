import type { CheckOutcome } from '../checks/run.ts';
import type { Deflated } from '../deflated.ts';
import type { Scan } from '../model/scan.ts';
import type { StatusFragment } from '../publish/page/status-fragment.ts';
import type { Settings } from '../settings/settings.ts';

/** What the scanning process needs to know of the settings; plain data, since it crosses a process boundary. */
export interface ScanSettings
  extends Pick<
    Settings,
    | 'stateDir'
    | 'configPath'
    | 'home'
    | 'openclaw.path-map'
    | 'openclaw.same-pid-namespace'
    | 'session.limit'
    | 'disabledChecks'
    | 'policy'
    | 'runbook-url'
    | 'log.level'
    | 'log.format'
  > {
  /** null: `--privacy.peers=plain`. */
  readonly salt: Buffer | null;
}

/** What the scanning process is at. */
export interface Whereabouts {
  /** null: what all agents share. */
  readonly agent: string | null;
  readonly step: string;
  /** What the files of its store were when it was entered, see `filesOf`; left out where no agent is named, and while they are looked at. */
  readonly files?: string;
  /** The one file that is at work, where it is known. A path of the store: for the log it is none. */
  readonly file?: string;
  /** Where no agent is named, the one whose store is by far the most of the work; left out where none is large. */
  readonly largest?: { readonly agent: string; readonly files: string };
}

/** An agent in whose store a scanning process came to its end. */
export interface AbortedAgent {
  /** Or what all agents share, see `SHARED`. */
  readonly agent: string;
  /** For how many milliseconds its store is left alone, unless its files change. */
  readonly restMs: number;
  /** What its files were when the process entered it: what is put right before the next scan is seen. null: to look at them was the end. */
  readonly files: string | null;
  /** The file that was the end, where it is known; its state is a part of `files`. */
  readonly file: string | null;
}

export type ToChild =
  /** At the start, and again when the config was loaded again. */
  | { readonly type: 'settings'; readonly settings: ScanSettings; readonly aborted: readonly AbortedAgent[] }
  | { readonly type: 'scan'; readonly scan: Scan };

/** What the scanning process costs. */
export interface ProcessCost {
  readonly memoryBytes: number;
  readonly cpuSeconds: number;
}

/** Finished text: the parent adds nothing to it and never looks at the stores itself. */
export interface Rendered {
  /** Text format 0.0.4. */
  readonly metrics: string;
  /** A part of the status page. */
  readonly page: StatusFragment;
}

/** Compressed in the scanning process: whoever scrapes does not wait for that, and a tenth of the bytes is sent and kept. */
export interface SentText {
  readonly metrics: Deflated;
  readonly page: StatusFragment;
}

export type FromChild =
  | { readonly type: 'heartbeat'; readonly at: Whereabouts; readonly cost: ProcessCost }
  | {
      readonly type: 'done';
      readonly scan: Scan;
      readonly durationSeconds: number;
      /** null: the figures are those that were sent last. */
      readonly rendered: SentText | null;
      /** Where only the page changed. */
      readonly page: StatusFragment | null;
      readonly checks: readonly CheckOutcome[];
      readonly cost: ProcessCost;
    }
  | { readonly type: 'failed'; readonly scan: Scan; readonly error: string; readonly cost: ProcessCost };
