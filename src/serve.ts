import { createServer, type Server } from 'node:http';
import { hostname } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { describeError, ExporterError } from './errors.ts';
import { createApp } from './http/app.ts';
import { createLog, type Log } from './log.ts';
import { EXPORTER_FAMILIES, type ExporterState } from './publish/metrics/exporter.ts';
import { renderFamilies } from './publish/metrics/render.ts';
import { renderStatusPage } from './publish/page/status-page.ts';
import { hostOffsetMs, startSchedule } from './scan/schedule.ts';
import { freshRendered, Supervisor, type SupervisorOptions, type SupervisorSettings } from './scan/supervisor.ts';
import { longestGapSeconds } from './settings/cron.ts';
import { saltOf } from './settings/salt.ts';
import type { Settings } from './settings/settings.ts';
import { REVISION, VERSION } from './version.ts';

const NOT_KEPT =
  'The salt of the labels could not be kept: they change with every start. Name a writable file by --privacy.salt-file.';
/** The exporter stops within two seconds of a signal, whatever its clients do. */
const DRAIN_MS = 1500;

/**
 * Serves until SIGTERM or SIGINT; returns the exit code. At SIGHUP `load` gives the settings anew. Throws an
 * ExporterError when it cannot start.
 */
export async function serve(
  first: Settings,
  load: () => Settings,
  scanning: Pick<SupervisorOptions, 'childPath'> = {},
): Promise<number> {
  let settings = first;
  let reload = { success: true, lastSuccessMs: Date.now() };
  const log = createLog({ level: settings['log.level'], format: settings['log.format'] });
  let { scan, warnings } = scanOf(settings, log);
  const supervisor = new Supervisor({ ...scan, log, ...scanning });
  const state = () => exporterState(supervisor, settings, reload);
  const processMetrics = processRegistry();
  const rendered = () => freshRendered(supervisor, settings.maxAgeMs, Date.now());
  const app = createApp({
    telemetryPath: first['web.telemetry-path'],
    // Its own families in front of the text of the last scan: no name is in both.
    metrics: async () =>
      [
        await processMetrics.metrics(),
        await renderFamilies(EXPORTER_FAMILIES, state()),
        rendered()?.metrics ?? '',
      ].join('\n'),
    statusPage: () =>
      renderStatusPage({
        state: state(),
        telemetryPath: first['web.telemetry-path'],
        fragment: rendered()?.page ?? null,
        warnings,
        now: Date.now(),
      }),
    isReady: () => supervisor.ready,
    log,
  });
  const server = await listen(createServer(app), first['web.listen-address'], log);

  supervisor.request('quick');
  let stopSchedules = startSchedules(settings, scan.intervals.quick, supervisor, log);
  const onReload = () => {
    try {
      const next = load();
      // Everything that can be wrong is tried before anything is changed.
      ({ scan, warnings } = scanOf(next, log));
      warnOfRestart(first, next, log);
      settings = next;
      reload = { success: true, lastSuccessMs: Date.now() };
    } catch (error) {
      reload = { ...reload, success: false };
      log.error('config was not loaded again, the one before stays in force', {
        err: error instanceof ExporterError ? error.message : describeError(error),
      });
      return;
    }
    supervisor.configure(scan);
    stopSchedules();
    stopSchedules = startSchedules(settings, scan.intervals.quick, supervisor, log);
    supervisor.request('quick');
    log.info('config was loaded again');
  };
  process.on('SIGHUP', onReload);

  const signal = await firstSignal();
  log.info('stopping', { signal });
  process.off('SIGHUP', onReload);
  stopSchedules();
  supervisor.stop();
  processMetrics.clear();
  await drain(server);
  return 0;
}

/** What scanning needs to know of the settings, and what the status page warns of. */
function scanOf(settings: Settings, log: Log): { scan: SupervisorSettings; warnings: readonly string[] } {
  const salt = saltOf(settings);
  const warnings = salt === null || salt.kept ? [] : [NOT_KEPT];
  for (const warning of warnings) log.warn(warning);
  const intervals = {
    quick: longestGapSeconds(settings['scan.schedule']),
    deep: longestGapSeconds(settings['scan.deep-schedule']),
  };
  const scan = {
    settings: { ...settings, salt: salt?.salt ?? null },
    timeoutMs: settings['scan.timeout'],
    intervals,
  };
  return { scan, warnings };
}

/** What is bound once: an address that is served, a log that is open in two processes. */
function warnOfRestart(first: Settings, next: Settings, log: Log): void {
  for (const key of ['web.listen-address', 'web.telemetry-path', 'log.level', 'log.format'] as const) {
    if (isDeepStrictEqual(first[key], next[key])) continue;
    log.warn('a changed setting takes effect at the next start only', { setting: key });
  }
}

/** Returns what stops them. */
function startSchedules(settings: Settings, quickSeconds: number, supervisor: Supervisor, log: Log): () => void {
  const offsetMs = hostOffsetMs(hostname(), quickSeconds);
  const stops = [
    startSchedule({
      scan: 'quick',
      expression: settings['scan.schedule'],
      offsetMs,
      log,
      run: () => supervisor.request('quick'),
    }),
    startSchedule({
      scan: 'deep',
      expression: settings['scan.deep-schedule'],
      offsetMs,
      log,
      run: () => supervisor.request('deep'),
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function exporterState(supervisor: Supervisor, { policy }: Settings, reload: ExporterState['reload']): ExporterState {
  return {
    scans: supervisor.scans,
    stuck: supervisor.stuck,
    scannerMemoryBytes: supervisor.memoryBytes,
    scannerCpuSeconds: supervisor.cpuSeconds,
    checks: supervisor.checks,
    policy,
    reload,
    version: VERSION,
    revision: REVISION,
  };
}

/** prom-client's metrics of this process; its `nodejs_active_…_total` gauges fail promtool. */
function processRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const { name } of registry.getMetricsAsArray()) {
    if (!name.startsWith('process_') && !name.startsWith('nodejs_eventloop_lag')) registry.removeSingleMetric(name);
  }
  return registry;
}

async function listen(server: Server, { host, port }: { host: string; port: number }, log: Log): Promise<Server> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new ExporterError(
          'E_LISTEN',
          `${host}:${port} (${describeError(error)}): name another by --web.listen-address`,
        ),
      ),
    );
    // Without a host Node listens on all addresses of both families.
    if (host === '') server.listen(port, resolve);
    else server.listen(port, host, resolve);
  });
  const address = server.address();
  log.info('listening', {
    address: host,
    port: typeof address === 'object' && address !== null ? address.port : port,
    version: VERSION,
  });
  return server;
}

function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
}

async function drain(server: Server): Promise<void> {
  server.closeIdleConnections();
  const slow = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await new Promise((resolve) => server.close(resolve));
  clearTimeout(slow);
}
