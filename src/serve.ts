import { createServer, type Server } from 'node:http';
import { hostname } from 'node:os';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Settings } from './config.ts';
import { describeError, ExporterError } from './errors.ts';
import { createApp } from './http/app.ts';
import { renderStatusPage } from './http/status-page.ts';
import { createLog, type Log } from './log.ts';
import { EXPORTER_FAMILIES, type ExporterState } from './metrics/exporter.ts';
import { renderFamilies } from './metrics/render.ts';
import { saltOf } from './salt.ts';
import { hostOffsetMs, longestGapSeconds, startSchedule } from './scan/schedule.ts';
import { scanSettings } from './scan/settings.ts';
import { freshRendered, Supervisor, type SupervisorOptions } from './scan/supervisor.ts';
import { REVISION, VERSION } from './version.ts';

const NOT_KEPT =
  'The salt of the labels could not be kept: they change with every start. Name a writable file by --privacy.salt-file.';
/** The exporter stops within two seconds of a signal, whatever its clients do. */
const DRAIN_MS = 1500;

/** Serves until SIGTERM or SIGINT; returns the exit code. Throws an ExporterError when it cannot start. */
export async function serve(settings: Settings, scanning: Pick<SupervisorOptions, 'childPath'> = {}): Promise<number> {
  const log = createLog({ level: settings['log.level'], format: settings['log.format'] });
  const salt = saltOf(settings);
  const warnings = salt === null || salt.kept ? [] : [NOT_KEPT];
  for (const warning of warnings) log.warn(warning);

  const intervals = {
    quick: longestGapSeconds(settings['scan.schedule']),
    deep: longestGapSeconds(settings['scan.deep-schedule']),
  };
  const supervisor = new Supervisor({
    settings: scanSettings(settings, salt?.salt ?? null),
    timeoutMs: settings['scan.timeout'],
    intervals,
    log,
    ...scanning,
  });
  const processMetrics = processRegistry();
  const rendered = () => freshRendered(supervisor, settings.maxAgeMs, Date.now());
  const app = createApp({
    telemetryPath: settings['web.telemetry-path'],
    // Its own families in front of the text of the last scan: no name is in both.
    metrics: async () =>
      [
        await processMetrics.metrics(),
        await renderFamilies(EXPORTER_FAMILIES, exporterState(supervisor)),
        rendered()?.metrics ?? '',
      ].join('\n'),
    statusPage: () =>
      renderStatusPage({
        state: exporterState(supervisor),
        telemetryPath: settings['web.telemetry-path'],
        fragment: rendered()?.page ?? null,
        warnings,
        now: Date.now(),
      }),
    isReady: () => supervisor.ready,
    log,
  });
  const server = await listen(createServer(app), settings['web.listen-address'], log);

  supervisor.request('quick');
  const offsetMs = hostOffsetMs(hostname(), intervals.quick);
  const schedules = [
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

  const signal = await firstSignal();
  log.info('stopping', { signal });
  for (const stop of schedules) stop();
  supervisor.stop();
  processMetrics.clear();
  await drain(server);
  return 0;
}

function exporterState(supervisor: Supervisor): ExporterState {
  return {
    scans: supervisor.scans,
    stuck: supervisor.stuck,
    scannerMemoryBytes: supervisor.memoryBytes,
    scannerCpuSeconds: supervisor.cpuSeconds,
    checks: supervisor.checks,
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
