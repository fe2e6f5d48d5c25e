import type { CheckOutcome } from '../../checks/run.ts';
import { SCANS, type Scan, type ScanState } from '../../model/scan.ts';
import { KINDS } from '../../openclaw/keys.ts';
import { kindThresholds, type Policy } from '../../settings/policy.ts';
import { SEVERITIES, type Severity, type Thresholds } from '../../thresholds.ts';
import { type Family, gauge, single, toSeconds } from './family.ts';

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
  /** Git revision; null: unknown. */
  readonly revision: string | null;
}

/** Rendered for every request, since scans can fail without a snapshot. */
export const EXPORTER_FAMILIES: readonly Family<ExporterState>[] = [
  perScan(
    'scan_success',
    'Whether the last scan succeeded. 0 means that it crashed, was blocked or could not start. The figures are then those of the last good scan.',
    ({ success }) => (success === null ? null : Number(success)),
  ),
  figure(
    'scan_stuck',
    'Whether a scanning process is blocked in a read and cannot be killed, as on a dead network mount.',
    ({ stuck }) => Number(stuck),
  ),
  perScan('scan_duration_seconds', 'How long the last good scan took.', ({ durationSeconds }) => durationSeconds),
  perScan(
    'last_scan_timestamp_seconds',
    'When the last good scan ended. The figures are as old as this.',
    ({ lastSuccessMs }) => toSeconds(lastSuccessMs),
  ),
  perScan(
    'scan_interval_seconds',
    'The longest time between two scans of the schedule.',
    ({ intervalSeconds }) => intervalSeconds,
  ),
  figure(
    'scanner_resident_memory_bytes',
    'Resident memory of the process that reads the stores. process_resident_memory_bytes is of the process that serves.',
    ({ scannerMemoryBytes }) => scannerMemoryBytes,
  ),
  {
    ...figure(
      'scanner_cpu_seconds_total',
      'User and system CPU time of the processes that read the stores.',
      ({ scannerCpuSeconds }) => scannerCpuSeconds,
    ),
    type: 'counter',
  },
  perCheck(
    'check_success',
    'Whether the check ran to its end the last time that the checks ran. They run when something changed, or when time alone can change a finding. While this is 0, what it would find is unknown, and has no series, in the agents whose sessions it cannot go through; the log names them.',
    ({ success }) => Number(success),
  ),
  perCheck(
    'check_duration_seconds',
    'How long the check took the last time that the checks ran.',
    ({ durationSeconds }) => durationSeconds,
  ),
  threshold(
    'threshold_tokens',
    "Tokens above which a session of the kind is reported: the number in the exporter's config file for the whole kind, else the shipped one.",
    ({ tokens }) => tokens,
  ),
  threshold(
    'threshold_transcript_bytes',
    "Bytes above which the transcript of a session of the kind is reported: the number in the exporter's config file for the whole kind, else the shipped one.",
    ({ transcriptBytes }) => transcriptBytes,
  ),
  figure(
    'exporter_config_last_reload_successful',
    'Whether flags, environment and config file could be loaded the last time. While this is 0, the settings of before stay in force.',
    ({ reload }) => (reload === null ? null : Number(reload.success)),
  ),
  figure(
    'exporter_config_last_reload_success_timestamp_seconds',
    'When the settings that are in force were loaded: flags, environment and config file.',
    ({ reload }) => toSeconds(reload?.lastSuccessMs ?? null),
  ),
  gauge(
    'exporter_build_info',
    'The exporter itself, always 1: its version, git revision (empty when unknown) and version of Node.',
    { labels: ['version', 'revision', 'node_version'], scan: 'none' },
    ({ version, revision }) => single(1, { version, revision: revision ?? '', node_version: process.version }),
  ),
];

function figure(name: string, help: string, value: (state: ExporterState) => number | null): Family<ExporterState> {
  return gauge(name, help, { labels: [], scan: 'none' }, (state) => single(value(state)));
}

function perScan(name: string, help: string, value: (scan: ScanState) => number | null): Family<ExporterState> {
  return gauge(name, help, { labels: ['scan'], scan: 'none' }, ({ scans }) =>
    SCANS.flatMap((scan) => single(value(scans[scan]), { scan })),
  );
}

function perCheck(name: string, help: string, value: (outcome: CheckOutcome) => number): Family<ExporterState> {
  return gauge(name, help, { labels: ['check'], scan: 'none' }, ({ checks }) =>
    checks.flatMap((outcome) => single(value(outcome), { check: outcome.check })),
  );
}

function threshold(
  name: string,
  help: string,
  of: (thresholds: Thresholds) => Readonly<Partial<Record<Severity, number>>>,
): Family<ExporterState> {
  return gauge(name, help, { labels: ['kind', 'severity'], scan: 'none' }, ({ policy }) =>
    KINDS.flatMap((kind) => {
      const inForce = of(kindThresholds(policy, kind));
      return SEVERITIES.flatMap((severity) => single(inForce[severity] ?? null, { kind, severity }));
    }),
  );
}
