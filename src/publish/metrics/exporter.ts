import type { CheckOutcome } from '../../checks/run.ts';
import { SCANS, type Scan, type ScanState } from '../../model/scan.ts';
import { KINDS } from '../../openclaw/keys.ts';
import { kindThresholds, type Policy } from '../../settings/policy.ts';
import { SEVERITIES } from '../../thresholds.ts';
import { type Family, PREFIX, single, toSeconds } from './family.ts';

/** What the exporter says of itself. */
export interface ExporterState {
  readonly scans: Readonly<Record<Scan, ScanState>>;
  readonly stuck: boolean;
  /** Of the process that reads the stores; null while there is none. */
  readonly scannerMemoryBytes: number | null;
  readonly scannerCpuSeconds: number;
  readonly checks: readonly CheckOutcome[];
  /** Of the config file: what it says of a whole kind is in force for the kind. */
  readonly policy: Policy;
  /** The last time that the config was loaded, at the start or later; null where it is not kept up to date (`scan`). */
  readonly reload: { readonly success: boolean; readonly lastSuccessMs: number } | null;
  readonly version: string;
  readonly revision: string;
}

function perScan(value: (scan: ScanState) => number | null): Family<ExporterState>['samples'] {
  return function* samples({ scans }) {
    for (const scan of SCANS) {
      const known = value(scans[scan]);
      if (known !== null) yield { labels: { scan }, value: known };
    }
  };
}

/** Rendered for every request, since scans can fail without a snapshot. */
export const EXPORTER_FAMILIES: readonly Family<ExporterState>[] = [
  {
    name: `${PREFIX}scan_success`,
    type: 'gauge',
    labels: ['scan'],
    help: 'Whether the last scan ended well (0: it crashed, was blocked or could not start; the figures are those of the last good one).',
    scan: 'none',
    samples: perScan(({ success }) => (success === null ? null : Number(success))),
  },
  {
    name: `${PREFIX}scan_stuck`,
    type: 'gauge',
    labels: [],
    help: 'Whether a reading process is blocked so that it cannot even be killed, as on a dead network mount.',
    scan: 'none',
    samples: ({ stuck }) => single(Number(stuck)),
  },
  {
    name: `${PREFIX}scan_duration_seconds`,
    type: 'gauge',
    labels: ['scan'],
    help: 'How long the last good scan took.',
    scan: 'none',
    samples: perScan(({ durationSeconds }) => durationSeconds),
  },
  {
    name: `${PREFIX}last_scan_timestamp_seconds`,
    type: 'gauge',
    labels: ['scan'],
    help: 'When the last good scan ended: the figures of the sessions are as old as this.',
    scan: 'none',
    samples: perScan(({ lastSuccessMs }) => (lastSuccessMs === null ? null : toSeconds(lastSuccessMs))),
  },
  {
    name: `${PREFIX}scan_interval_seconds`,
    type: 'gauge',
    labels: ['scan'],
    help: "The longest gap of the scan's schedule.",
    scan: 'none',
    samples: perScan(({ intervalSeconds }) => intervalSeconds),
  },
  {
    name: `${PREFIX}scanner_resident_memory_bytes`,
    type: 'gauge',
    labels: [],
    help: 'Resident memory of the process that reads the stores (process_resident_memory_bytes is the one that serves).',
    scan: 'none',
    samples: ({ scannerMemoryBytes }) => single(scannerMemoryBytes),
  },
  {
    name: `${PREFIX}scanner_cpu_seconds_total`,
    type: 'counter',
    labels: [],
    help: 'User and system CPU time of the processes that read the stores.',
    scan: 'none',
    samples: ({ scannerCpuSeconds }) => single(scannerCpuSeconds),
  },
  {
    name: `${PREFIX}check_success`,
    type: 'gauge',
    labels: ['check'],
    help: 'Whether the check ran to its end in the last scan (0: what it finds is unknown and not shown).',
    scan: 'none',
    *samples({ checks }) {
      for (const { check, success } of checks) yield { labels: { check }, value: Number(success) };
    },
  },
  {
    name: `${PREFIX}check_duration_seconds`,
    type: 'gauge',
    labels: ['check'],
    help: 'How long the check took in the last scan.',
    scan: 'none',
    *samples({ checks }) {
      for (const { check, durationSeconds } of checks) yield { labels: { check }, value: durationSeconds };
    },
  },
  {
    name: `${PREFIX}threshold_tokens`,
    type: 'gauge',
    labels: ['kind', 'severity'],
    help: 'Tokens above which a session of the kind is reported: the shipped number, or the one of the config file for the whole kind.',
    scan: 'none',
    *samples({ policy }) {
      for (const kind of KINDS) {
        for (const severity of SEVERITIES)
          yield { labels: { kind, severity }, value: kindThresholds(policy, kind).tokens[severity] };
      }
    },
  },
  {
    name: `${PREFIX}threshold_transcript_bytes`,
    type: 'gauge',
    labels: ['kind', 'severity'],
    help: 'Bytes above which a transcript of a session of the kind is reported: the shipped number, or the one of the config file for the whole kind.',
    scan: 'none',
    *samples({ policy }) {
      for (const kind of KINDS)
        yield { labels: { kind, severity: 'warning' }, value: kindThresholds(policy, kind).transcriptBytes.warning };
    },
  },
  {
    name: `${PREFIX}exporter_config_last_reload_successful`,
    type: 'gauge',
    labels: [],
    help: 'Whether the last attempt to load flags, environment and config file worked (0: the ones before are in force).',
    scan: 'none',
    samples: ({ reload }) => single(reload === null ? null : Number(reload.success)),
  },
  {
    name: `${PREFIX}exporter_config_last_reload_success_timestamp_seconds`,
    type: 'gauge',
    labels: [],
    help: 'When flags, environment and config file were loaded as they are in force.',
    scan: 'none',
    samples: ({ reload }) => single(reload === null ? null : toSeconds(reload.lastSuccessMs)),
  },
  {
    name: `${PREFIX}exporter_build_info`,
    type: 'gauge',
    labels: ['version', 'revision', 'node_version'],
    help: 'The exporter itself: version, git revision (empty when unknown), version of Node.',
    scan: 'none',
    *samples({ version, revision }) {
      yield { labels: { version, revision, node_version: process.version }, value: 1 };
    },
  },
];
