import type { CheckOutcome } from '../../checks/run.ts';
import { ExporterError } from '../../errors.ts';
import type { Scan, ScanState } from '../../model/scan.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { Policy } from '../../settings/policy.ts';
import { REVISION, VERSION } from '../../version.ts';
import { EXPORTER_FAMILIES } from './exporter.ts';
import { SNAPSHOT_FAMILIES } from './families.ts';
import { type Family, PREFIX } from './family.ts';
import { type OnDuplicate, renderFamilies } from './render.ts';

/** One scan that has ended. */
export interface EndedScan {
  readonly scan: Scan;
  readonly durationSeconds: number;
  readonly checks: readonly CheckOutcome[];
  readonly policy: Policy;
  readonly snapshot: Snapshot;
  readonly onDuplicate: OnDuplicate;
  /** Labels that every series gets (`--textfile.label`). */
  readonly constantLabels: Readonly<Record<string, string>>;
}

/** Beginnings of the exporter's own families that are about the stores; its build and its processes end with the run. */
const ABOUT_STORES = ['scan_', 'last_scan_', 'check_', 'threshold_'].map((beginning) => PREFIX + beginning);

const NOT_RUN: ScanState = { success: null, durationSeconds: null, lastSuccessMs: null, intervalSeconds: null };

/**
 * One scan as text for node_exporter's textfile collector. Throws an ExporterError where a constant label has the name of
 * a label that the metrics have themselves.
 */
export async function renderTextfile(ended: EndedScan): Promise<string> {
  const { scan, durationSeconds, checks, policy, snapshot, constantLabels } = ended;
  const done = { success: true, durationSeconds, lastSuccessMs: Date.now(), intervalSeconds: null };
  const aboutStores = EXPORTER_FAMILIES.filter(({ name }) =>
    ABOUT_STORES.some((beginning) => name.startsWith(beginning)),
  );
  refuseTaken(constantLabels);
  const own = await renderFamilies(withLabels(aboutStores, constantLabels), {
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
  const metrics = await renderFamilies(withLabels(SNAPSHOT_FAMILIES, constantLabels), snapshot, ended.onDuplicate);
  return `${own}\n${metrics}`;
}

function withLabels<State>(families: readonly Family<State>[], constant: EndedScan['constantLabels']): Family<State>[] {
  return families.map((family) => ({
    ...family,
    labels: [...family.labels, ...Object.keys(constant)],
    *samples(state) {
      for (const { labels, value } of family.samples(state)) yield { labels: { ...labels, ...constant }, value };
    },
  }));
}

function refuseTaken(constant: EndedScan['constantLabels']): void {
  const own = new Set([...EXPORTER_FAMILIES, ...SNAPSHOT_FAMILIES].flatMap(({ labels }) => labels));
  const taken = Object.keys(constant).find((name) => own.has(name));
  if (taken === undefined) return;
  throw new ExporterError(
    'E_CONFIG',
    `--textfile.label: the metrics have a label ${taken} themselves; choose another name`,
  );
}
