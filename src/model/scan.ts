export const SCANS = ['quick', 'deep'] as const;

export type Scan = (typeof SCANS)[number];

/** How the scans of one cadence go; null: not yet, or not known. */
export interface ScanState {
  readonly success: boolean | null;
  readonly durationSeconds: number | null;
  readonly lastSuccessMs: number | null;
  /** The longest gap of its schedule; null when nothing is scheduled (`scan`). */
  readonly intervalSeconds: number | null;
}
