import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureEngines } from '../scripts/engines.ts';
import { FASTER, fastRoutes, fastRules, waitOf } from './live/fast-rules.ts';
import { Grafana } from './live/grafana.ts';
import { Host } from './live/host.ts';
import { answers, Programs, portNear } from './live/programs.ts';
import { type Alert, startReceiver } from './live/receiver.ts';
import { everySecond, STORY } from './live/story.ts';
import { ownFolder } from './own-folder.ts';
import { endWithParent } from './with-parent.ts';

// `npm run demo`: a host whose sessions live fast, the exporter, Prometheus, Alertmanager and, where Docker is, Grafana. All on the
// loopback address, and all gone when it ends.

const MAIN = join(import.meta.dirname, '../dist/main.js');
const ENGINES = ['prometheus', 'alertmanager'] as const;

/** From when the clock of the lines runs: the start of the program, then the beginning of the story. */
let zeroMs = performance.now();
/** Resolves with the exit code. */
const end = Promise.withResolvers<number>();
let isEnding = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => finish(0));
endWithParent();

// Ctrl-C ends the programs, too.
const programs = new Programs((problem) => fail(problem));
// Whatever ends this process: nothing outlives it.
process.on('exit', () => programs.kill());

const stops: (() => unknown)[] = [() => programs.stop()];
start().catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)));
const code = await end.promise;
say('demo', 'stopping');
for (const stop of stops.toReversed()) await stop();
say('demo', 'stopped, and nothing is left');
process.exit(code);

function finish(exitCode: number): void {
  isEnding = true;
  end.resolve(exitCode);
}

function fail(problem: string): void {
  if (isEnding) return;
  say('demo', problem);
  finish(1);
}

async function start(): Promise<void> {
  const { engines, missing } = ensureEngines(ENGINES);
  const [absent] = ENGINES.filter((name) => engines[name] === undefined);
  const { prometheus, alertmanager } = engines;
  if (prometheus === undefined || alertmanager === undefined)
    throw new Error(`${absent} is not here: ${absent === undefined ? '' : missing[absent]}`);
  say('demo', 'Prometheus and Alertmanager are there');
  const folder = ownFolder();
  programs.guardBy(folder);
  const stateDir = join(folder, 'state');
  const host = new Host(stateDir, Date.now());
  stops.push(() => host.close());

  const ports = {
    exporter: await portNear(10_789),
    prometheus: await portNear(9090),
    alertmanager: await portNear(9093),
    grafana: await portNear(3000),
  };
  const at = (port: number) => `http://127.0.0.1:${port}`;
  const receiver = await startReceiver(tell);
  stops.push(() => {
    receiver.server.closeAllConnections();
    receiver.server.close();
  });
  writeConfigs(folder, ports, receiver.url);
  const grafana = new Grafana({
    folder,
    port: ports.grafana,
    prometheusUrl: at(ports.prometheus),
    onContainer: (name) => programs.guardContainer(name),
  });

  await Promise.all([
    programs.start(
      'the exporter',
      process.execPath,
      exporterArgs(folder, ports.exporter),
      `${at(ports.exporter)}/-/ready`,
    ),
    programs.start(
      'Alertmanager',
      alertmanager,
      alertmanagerArgs(folder, ports.alertmanager),
      `${at(ports.alertmanager)}/-/ready`,
    ),
    programs.start(
      'Prometheus',
      prometheus,
      prometheusArgs(folder, ports.prometheus),
      `${at(ports.prometheus)}/-/ready`,
    ),
  ]);
  // Debian's package, as it is unpacked, has no pages.
  const alerts = (await answers(`${at(ports.prometheus)}/alerts`)) ? '/alerts' : '/api/v1/alerts';
  process.stdout.write(introduction({ ...ports, stateDir, alerts }));
  stops.push(() => grafana.stop());
  void grafana.start().then((where) => say('Grafana', where));
  live(host);
}

/** Goes on until it is stopped. */
function live(host: Host): void {
  const begunMs = performance.now();
  zeroMs = begunMs;
  let second = 0;
  const timer = setInterval(() => {
    // Every second once, also where this process was held up.
    for (const now = Math.floor((performance.now() - begunMs) / 1000); second <= now; second += 1) {
      for (const { at, what, happen } of STORY) {
        if (at !== second) continue;
        happen(host, Date.now());
        say('host', what);
      }
      everySecond(host, second, Date.now());
    }
  }, 200);
  stops.push(() => clearInterval(timer));
}

function exporterArgs(folder: string, port: number): string[] {
  return [
    MAIN,
    'serve',
    `--openclaw.state-dir=${join(folder, 'state')}`,
    `--openclaw.config=${join(folder, 'state', 'openclaw.json')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    // Not the one of the user: nothing of the demo is kept.
    `--privacy.salt-file=${join(folder, 'salt')}`,
    '--scan.schedule=* * * * * *',
    '--scan.deep-schedule=*/5 * * * * *',
  ];
}

function alertmanagerArgs(folder: string, port: number): string[] {
  return [
    `--config.file=${join(folder, 'alertmanager.yml')}`,
    `--storage.path=${join(folder, 'alertmanager')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    // No gossip.
    '--cluster.listen-address=',
  ];
}

function prometheusArgs(folder: string, port: number): string[] {
  return [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'prometheus')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    // Four times as long without word of it, and Alertmanager takes an alert for resolved: a laptop may pause for some seconds.
    '--rules.alert.resend-delay=5s',
  ];
}

function writeConfigs(folder: string, ports: { exporter: number; alertmanager: number }, receiver: string): void {
  mkdirSync(join(folder, 'rules'));
  for (const name of ['openclaw-store.rules.yml', 'openclaw-store.up.rules.yml'])
    writeFileSync(join(folder, 'rules', name), fastRules(name));
  writeFileSync(join(folder, 'alertmanager.yml'), fastRoutes(receiver));
  writeFileSync(
    join(folder, 'prometheus.yml'),
    `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [rules/*.yml]
scrape_configs:
  - job_name: openclaw-store
    static_configs: [{ targets: ['127.0.0.1:${ports.exporter}'] }]
alerting: { alertmanagers: [{ static_configs: [{ targets: ['127.0.0.1:${ports.alertmanager}'] }] }] }
`,
  );
}

function introduction(where: {
  stateDir: string;
  exporter: number;
  prometheus: number;
  alertmanager: number;
  alerts: string;
}): string {
  const at = (port: number) => `http://127.0.0.1:${port}`;
  return `
A host that nobody ever used, with sessions in files and in SQLite. Its clock runs fast, and so do the rules: the demo loads a copy of
alerts/*.rules.yml and alerts/alertmanager.yml in which a minute is a second (1/${FASTER}). The shipped files wait 10 minutes and more.

Look at
  status page    ${at(where.exporter)}/
  metrics        ${at(where.exporter)}/metrics
  Prometheus     ${at(where.prometheus)}${where.alerts}
  Alertmanager   ${at(where.alertmanager)}/
  a terminal     node dist/main.js scan --openclaw.state-dir ${where.stateDir}

What will happen
${STORY.map(({ at: second, what, alert }) => `  ${clock(second * 1000)}  ${what}${alert === null ? '' : `\n        -> ${alert}, when that has lasted for ${waitOf(alert)}`}`).join('\n')}
  and then sessions grow and are compacted, until you press Ctrl-C.

`;
}

function tell({ status, labels, annotations }: Alert): void {
  const { alertname, severity, agent, kind } = labels;
  const whose = [agent, kind].filter((each) => each !== undefined).join(', ');
  const what = status === 'firing' ? `FIRING ${severity}` : 'resolved';
  say('alert', `${what}: ${alertname}${whose === '' ? '' : ` (${whose})`}: ${annotations.summary ?? ''}`);
}

function say(who: string, what: string): void {
  process.stdout.write(`${clock(performance.now() - zeroMs)}  ${who.padEnd(9)} ${what}\n`);
}

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
