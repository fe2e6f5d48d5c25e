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
  readonly constantLabels: readonly { readonly name: string; readonly value: string }[];
}

/** Beginnings of the exporter's own families that are about the stores; its build and its processes end with the run. */
const ABOUT_STORES = ['scan_', 'last_scan_', 'check_', 'threshold_'].map((beginning) => PREFIX + beginning);

const NOT_RUN: ScanState = { success: null, durationSeconds: null, lastSuccessMs: null, intervalSeconds: null };

/**
 * One scan as text for node_exporter's textfile collector. Throws an ExporterError where a constant label has the name of
 * a label that the metrics have themselves, or of another constant one.
 */
export async function renderTextfile(ended: EndedScan): Promise<string> {
  const { scan, durationSeconds, checks, policy, snapshot } = ended;
  const done = { success: true, durationSeconds, lastSuccessMs: Date.now(), intervalSeconds: null };
  const aboutStores = EXPORTER_FAMILIES.filter(({ name }) =>
    ABOUT_STORES.some((beginning) => name.startsWith(beginning)),
  );
  const constant = constantLabels(ended.constantLabels);
  const own = await renderFamilies(withLabels(aboutStores, constant), {
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
  const metrics = await renderFamilies(withLabels(SNAPSHOT_FAMILIES, constant), snapshot, ended.onDuplicate);
  return `${own}\n${metrics}`;
}

function withLabels<State>(
  families: readonly Family<State>[],
  constant: Readonly<Record<string, string>>,
): Family<State>[] {
  return families.map((family) => ({
    ...family,
    labels: [...family.labels, ...Object.keys(constant)],
    *samples(state) {
      for (const { labels, value } of family.samples(state)) yield { labels: { ...labels, ...constant }, value };
    },
  }));
}

function constantLabels(given: EndedScan['constantLabels']): Readonly<Record<string, string>> {
  const taken = new Set([...EXPORTER_FAMILIES, ...SNAPSHOT_FAMILIES].flatMap(({ labels }) => labels));
  const constant = new Map<string, string>();
  for (const { name, value } of given) {
    if (taken.has(name)) throw refused(`the metrics have a label ${name} themselves; choose another name`);
    if (constant.has(name)) throw refused(`the label ${name} is there twice`);
    constant.set(name, value);
  }
  return Object.fromEntries(constant);
}

function refused(why: string): ExporterError {
  return new ExporterError('E_CONFIG', `--textfile.label: ${why}`);
}
