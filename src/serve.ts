import type { RequestListener, Server } from 'node:http';
import { hostname } from 'node:os';
import { describeError, ExporterError, inOneLine } from './errors.ts';
import { createApp } from './http/app.ts';
import { createHttpServer, drain, listen, listenOn } from './http/server.ts';
import type { Content } from './http/shared-body.ts';
import { takeSystemdSockets } from './http/systemd-socket.ts';
import { createLog, type Log } from './log.ts';
import { SCANS } from './model/scan.ts';
import { EXPORTER_FAMILIES, type ExporterState } from './publish/metrics/exporter.ts';
import { processRegistry } from './publish/metrics/process.ts';
import { renderFamilies } from './publish/metrics/render.ts';
import { runbookBase } from './publish/page/runbook.ts';
import { renderStatusPage } from './publish/page/status-page.ts';
import { STYLE_HASH } from './publish/page/style.ts';
import { hostOffsetMs, startSchedule } from './scan/schedule.ts';
import { Supervisor, type SupervisorOptions, type SupervisorSettings } from './scan/supervisor.ts';
import { longestGapSeconds } from './settings/cron.ts';
import { settingsInForce, waitingForRestart } from './settings/in-force.ts';
import { saltOf } from './settings/salt.ts';
import type { Settings } from './settings/settings.ts';
import { NO_WEB_CONFIG, type WebConfig } from './settings/web-config.ts';
import { WebConfigInForce } from './settings/web-config-in-force.ts';
import { REVISION, VERSION } from './version.ts';

/**
 * Serves until SIGTERM or SIGINT; returns the exit code. At SIGHUP `load` gives the settings anew. Throws an
 * ExporterError when it cannot start.
 */
export async function serve(
  settings: Settings,
  load: () => Settings,
  scanning: Pick<SupervisorOptions, 'childPath'> = {},
): Promise<number> {
  // First of all: a signal that arrives during the start is one, too.
  const signal = firstSignal();
  void signal.then(() => setTimeout(endAnyway, LAST_RESORT_MS).unref());
  const hangup = hangups();
  const log = createLog({ level: settings['log.level'], format: settings['log.format'] });
  const webFile = settings['web.config.file'] === null ? null : new WebConfigInForce(settings['web.config.file'], log);
  const web = () => webFile?.config ?? NO_WEB_CONFIG;
  const exporter = new Exporter(settings, log, scanning, () => webFile ?? NO_WEB_FILE);
  const app = createApp({
    telemetryPath: settings['web.telemetry-path'],
    metrics: () => exporter.metrics(),
    statusPage: () => exporter.statusPage(),
    styleHash: STYLE_HASH,
    isReady: () => exporter.isReady(),
    maxRequests: settings['web.max-requests'],
    admission: web,
    log,
  });
  const servers = await openServers(settings, app, web, log);
  webFile?.follow();
  exporter.start();
  hangup.answer(() => exporter.reload(load));

  log.info('stopping', { signal: await signal });
  hangup.answer(() => undefined);
  exporter.stop();
  await Promise.all(servers.map(drain));
  return 0;
}

/** One server, or one for each socket of systemd. Throws an ExporterError when one cannot listen. */
async function openServers(
  settings: Settings,
  app: RequestListener,
  web: () => WebConfig,
  log: Log,
): Promise<Server[]> {
  const { tls } = web();
  const secure = tls === null ? null : { settings: () => web().tls ?? tls, refused: refusedBy(log) };
  const sockets = settings['web.systemd-socket'] ? takeSystemdSockets(process.env, process.pid) : [null];
  const servers: Server[] = [];
  for (const fd of sockets) {
    const server = createHttpServer(app, secure);
    servers.push(server);
    try {
      const where =
        fd === null ? await listenAt(server, settings['web.listen-address']) : { socket: await listenOn(server, fd) };
      log.info('listening', { ...where, tls: tls !== null, version: VERSION });
    } catch (error) {
      for (const each of servers) each.close();
      throw error;
    }
    // As when descriptors are used up: the connection is lost, the server is not.
    server.on('error', (error) => log.error('a connection could not be taken', { err: describeError(error) }));
  }
  return servers;
}

/** Only for who looks for it: the check of a container has no certificate, and is one of them each half minute. */
function refusedBy(log: Log): (reason: string) => void {
  return (reason) => log.debug('a connection was refused before its first request', { reason });
}

async function listenAt(server: Server, address: Settings['web.listen-address']) {
  return { address: address.host, port: await listen(server, address) };
}

/** What the page says of the web config. */
type AboutWebFile = Pick<WebConfigInForce, 'warnings' | 'refused'>;
const NO_WEB_FILE: AboutWebFile = { warnings: [], refused: null };

const BETWEEN_RELOADS_MS = 1000;

/** A stop takes less than two seconds. */
const LAST_RESORT_MS = 1400;

/** What a thread of Node is at: a name that is looked up, a file on a disk that does not answer. */
const OF_A_THREAD = /^(?:FSReq|GetAddrInfoReq)/;

/** Whatever might still hold this process. Its exit would wait for a thread, maybe for ever. */
function endAnyway(): void {
  if (process.getActiveResourcesInfo().some((name) => OF_A_THREAD.test(name))) process.kill(process.pid, 'SIGKILL');
  process.exit(0);
}

/** Settings that are in force, and what follows from them. */
interface InForce {
  readonly settings: Settings;
  readonly scanning: SupervisorSettings;
  /** What the operator should know of them, for log and status page. */
  readonly warnings: readonly string[];
}

/** Scans by schedule and has the text of the pages. The settings can change while it runs. */
class Exporter {
  private readonly log: Log;
  /** Those of the start: address, telemetry path and log stay as they are. */
  private readonly first: Settings;
  private readonly supervisor: Supervisor;
  private readonly processMetrics = processRegistry();
  private readonly webFile: () => AboutWebFile;
  private inForce: InForce;
  private lastReload = { success: true, lastSuccessMs: Date.now() };
  private stopSchedules: () => void = () => undefined;

  constructor(
    settings: Settings,
    log: Log,
    scanning: Pick<SupervisorOptions, 'childPath'>,
    webFile: () => AboutWebFile,
  ) {
    this.log = log;
    this.webFile = webFile;
    this.first = settings;
    this.inForce = prepare(settings, log);
    this.supervisor = new Supervisor({ ...this.inForce.scanning, log, ...scanning });
  }

  start(): void {
    this.supervisor.request('quick');
    this.stopSchedules = startSchedules(this.inForce, this.supervisor, this.log);
  }

  /** Puts other settings in force; where they are wrong, those before stay. */
  reload(load: () => Settings): void {
    try {
      const settings = load();
      // Everything that can be wrong is tried before anything is changed.
      this.inForce = prepare(settings, this.log);
    } catch (error) {
      this.lastReload = { ...this.lastReload, success: false };
      this.log.error('settings could not be loaded again: the ones before stay in force', {
        err: error instanceof ExporterError ? inOneLine(error) : describeError(error),
      });
      return;
    }
    this.lastReload = { success: true, lastSuccessMs: Date.now() };
    for (const setting of waitingForRestart(this.first, this.inForce.settings))
      this.log.warn('a changed setting takes effect at the next start only', { setting });
    this.stopSchedules();
    this.supervisor.configure(this.inForce.scanning);
    this.stopSchedules = startSchedules(this.inForce, this.supervisor, this.log);
    this.log.info('settings were loaded again');
  }

  isReady(): boolean {
    return this.supervisor.ready;
  }

  /** The families of the last scan, and of this process and the exporter; no name is in two of them. */
  async metrics(): Promise<Content> {
    const own = [await this.processMetrics.metrics(), await renderFamilies(EXPORTER_FAMILIES, this.state())];
    return { first: this.lastScan()?.metrics ?? null, rest: own.join('\n') };
  }

  statusPage(): string {
    const { settings, warnings } = this.inForce;
    const web = this.webFile();
    return renderStatusPage({
      state: this.state(),
      telemetryPath: this.first['web.telemetry-path'],
      runbooks: runbookBase(settings['runbook-url']),
      fragment: this.lastScan()?.page ?? null,
      refused: web.refused,
      warnings: [...warnings, ...web.warnings],
      stateDir: settings.stateDir,
      whyStateDir: settings.whyStateDir,
      settings: settingsInForce(this.first, settings),
      now: Date.now(),
    });
  }

  stop(): void {
    this.stopSchedules();
    this.supervisor.stop();
    this.processMetrics.clear();
  }

  private lastScan() {
    return this.supervisor.renderedWithin(this.inForce.settings.maxAgeMs);
  }

  private state(): ExporterState {
    const { scans, stuck, memoryBytes, cpuSeconds, checks } = this.supervisor;
    return {
      scans,
      stuck,
      scannerMemoryBytes: memoryBytes,
      scannerCpuSeconds: cpuSeconds,
      checks,
      policy: this.inForce.settings.policy,
      reload: this.lastReload,
      version: VERSION,
      revision: REVISION,
    };
  }
}

/** Throws an ExporterError when the salt cannot be used. */
function prepare(settings: Settings, log: Log): InForce {
  const salt = saltOf(settings);
  const warnings = salt?.warnings ?? [];
  for (const warning of warnings) log.warn(warning);
  const scanning = {
    settings: { ...settings, salt: salt?.salt ?? null },
    timeoutMs: settings['scan.timeout'],
    intervals: {
      quick: longestGapSeconds(settings['scan.schedule']),
      deep: longestGapSeconds(settings['scan.deep-schedule']),
    },
  };
  return { settings, scanning, warnings };
}

/** Returns what stops them. */
function startSchedules({ settings, scanning }: InForce, supervisor: Supervisor, log: Log): () => void {
  const expressions = { quick: settings['scan.schedule'], deep: settings['scan.deep-schedule'] };
  const offsetMs = hostOffsetMs(hostname(), scanning.intervals.quick);
  const stops = SCANS.map((scan) =>
    startSchedule({ scan, expression: expressions[scan], offsetMs, log, run: () => supervisor.request(scan) }),
  );
  return () => {
    for (const stop of stops) stop();
  };
}

/** The handlers stay: a second signal changes nothing, where it would otherwise end the process at once. */
function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal));
  });
}

/**
 * SIGHUP from now on. Those that arrive before there is an answer are answered once, then; those that follow within a second of
 * an answer, once at its end: each is a load of all settings and a scan.
 */
function hangups(): { answer(how: () => void): void } {
  let answer: (() => void) | null = null;
  let isWaiting = false;
  let pause: NodeJS.Timeout | null = null;
  function next(): void {
    if (answer === null || pause !== null || !isWaiting) return;
    isWaiting = false;
    answer();
    pause = setTimeout(() => {
      pause = null;
      next();
    }, BETWEEN_RELOADS_MS).unref();
  }
  process.on('SIGHUP', () => {
    isWaiting = true;
    next();
  });
  return {
    answer(how) {
      answer = how;
      next();
    },
  };
}
