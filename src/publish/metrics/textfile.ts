import type { CheckOutcome } from '../../checks/run.ts';
import type { Scan, ScanState } from '../../model/scan.ts';
import type { Policy } from '../../settings/policy.ts';
import { REVISION, VERSION } from '../../version.ts';
import { EXPORTER_FAMILIES } from './exporter.ts';
import { PREFIX } from './family.ts';
import { renderFamilies } from './render.ts';

/** One scan that has ended. */
export interface EndedScan {
  readonly scan: Scan;
  readonly durationSeconds: number;
  readonly checks: readonly CheckOutcome[];
  readonly policy: Policy;
  /** The families of the snapshot, as text. */
  readonly metrics: string;
}

/** Beginnings of the exporter's own families that are about the stores; its build and its processes end with the run. */
const ABOUT_STORES = ['scan_', 'last_scan_', 'check_', 'threshold_'].map((beginning) => PREFIX + beginning);

const NOT_RUN: ScanState = { success: null, durationSeconds: null, lastSuccessMs: null, intervalSeconds: null };

/** One scan as text for node_exporter's textfile collector. */
export async function renderTextfile({ scan, durationSeconds, checks, policy, metrics }: EndedScan): Promise<string> {
  const done = { success: true, durationSeconds, lastSuccessMs: Date.now(), intervalSeconds: null };
  const families = EXPORTER_FAMILIES.filter(({ name }) => ABOUT_STORES.some((beginning) => name.startsWith(beginning)));
  const own = await renderFamilies(families, {
    // A deep scan begins and ends with what a quick one does.
    scans: { quick: done, deep: scan === 'deep' ? done : NOT_RUN },
    stuck: false,
    scannerMemoryBytes: null,
    scannerCpuSeconds: 0,
    checks,
    policy,
    reload: null,
    version: VERSION,
    revision: REVISION,
  });
  return `${own}\n${metrics}`;
}
