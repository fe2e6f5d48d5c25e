import type { CheckOutcome } from '../checks/run.ts';
import type { Discovery } from '../discover/discover.ts';
import type { Log, LogLevel } from '../log.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { foundTranscript } from '../model/transcript.ts';
import { LARGEST_RECORD_BYTES } from '../openclaw/record.ts';

const LARGEST_RECORD = `${LARGEST_RECORD_BYTES / (1024 * 1024)} MiB`;

/** Logs what changed since the last scan, once: a store that stays broken is no news every minute. */
export class ChangeLog {
  private readonly log: Log;
  private readonly known = new Map<string, string>();

  constructor(log: Log) {
    this.log = log;
  }

  report(discovery: Discovery, snapshot: Snapshot, checks: readonly CheckOutcome[]): void {
    this.state(discovery);
    this.changed(
      'config',
      discovery.configError ?? 'ok',
      discovery.configError === null ? 'info' : 'warn',
      (error) => ({
        message:
          error === 'ok'
            ? 'OpenClaw config is valid'
            : 'OpenClaw config cannot be used, the last good one or the defaults are',
        fields: { err: error },
      }),
    );
    this.changed(
      'registry',
      discovery.registryError ?? 'ok',
      discovery.registryError === null ? 'info' : 'warn',
      (error) => ({
        message:
          error === 'ok'
            ? "OpenClaw's registry of databases was read"
            : "OpenClaw's registry of databases cannot be read",
        fields: { err: error },
      }),
    );
    if (snapshot.sample) {
      this.changed('sample', 'yes', 'warn', () => ({
        message: 'a generated SAMPLE is served, no real state',
        fields: {},
      }));
    }
    for (const store of snapshot.agents) {
      const { agent, problems } = store;
      this.changed(`agent ${agent}`, problems.join(',') || 'ok', problems.length === 0 ? 'info' : 'warn', (reason) => ({
        message: store.readable ? 'store was read' : 'store could not be read',
        fields: { agent, problem: reason },
      }));
      // Nothing else is known of it, so nothing else of it has changed.
      if (!store.readable) continue;
      const { sessions, files, staleSinceMs } = store;
      const isUncounted = files === null;
      this.changed(`files ${agent}`, isUncounted ? 'unknown' : 'ok', isUncounted ? 'warn' : 'info', () => ({
        message: isUncounted ? 'files could not all be counted: their figures are left out' : 'files were counted',
        fields: { agent },
      }));
      this.changed(`stale ${agent}`, String(staleSinceMs ?? 'ok'), staleSinceMs === null ? 'info' : 'warn', () => ({
        message: staleSinceMs === null ? 'database was read again' : 'database is locked, its last figures are shown',
        fields: staleSinceMs === null ? { agent } : { agent, since: new Date(staleSinceMs).toISOString() },
      }));
      const withoutSeries = sessions.filter(({ labels }) => labels === null).length;
      this.changed(`withoutSeries ${agent}`, String(withoutSeries), withoutSeries === 0 ? 'info' : 'warn', () => ({
        message:
          withoutSeries === 0
            ? 'every session has series of its own again'
            : 'sessions have no series of their own (session limit, or equal labels)',
        fields: { agent, sessions: withoutSeries },
      }));
      const oversized = sessions.reduce(
        (sum, { session }) => sum + (foundTranscript(session)?.oversizedRecords ?? 0),
        0,
      );
      this.changed(`oversized ${agent}`, String(oversized), oversized === 0 ? 'info' : 'warn', () => ({
        message:
          oversized === 0
            ? `no record is larger than ${LARGEST_RECORD} any more`
            : `records larger than ${LARGEST_RECORD} are not judged: only their bytes count`,
        fields: { agent, oversized_records: oversized },
      }));
    }
    for (const { check, error } of checks) {
      this.changed(`check ${check}`, error ?? 'ok', error === null ? 'info' : 'error', (err) => ({
        message: err === 'ok' ? 'check works again' : 'check failed',
        fields: { check, err },
      }));
    }
  }

  private state({ unreadable, agents }: Discovery): void {
    this.changed('state', unreadable ?? `ok ${agents.length}`, unreadable === null ? 'info' : 'error', () => ({
      message:
        unreadable === null
          ? 'OpenClaw state directory was read'
          : 'OpenClaw state directory cannot be read: set --openclaw.state-dir to the one that the gateway uses',
      fields: unreadable === null ? { agents: agents.length } : { reason: unreadable },
    }));
  }

  /** Healthy at first sight is no news, except for the state directory. */
  private changed(
    subject: string,
    value: string,
    level: LogLevel,
    line: (value: string) => { message: string; fields: Record<string, string | number> },
  ): void {
    const before = this.known.get(subject);
    this.known.set(subject, value);
    if (before === value) return;
    if (before === undefined && (value === 'ok' || value === '0')) return;
    const { message, fields } = line(value);
    this.log[level](message, fields);
  }
}
