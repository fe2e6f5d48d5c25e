import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fastRules } from '../../demo/live/fast-rules.ts';
import { Host } from '../../demo/live/host.ts';
import { Programs, portNear } from '../../demo/live/programs.ts';
import { everySecond, STORY } from '../../demo/live/story.ts';
import { ensureEngines } from '../engines.ts';

const MAIN = join(import.meta.dirname, '../../dist/main.js');
/** A second of the story takes so long: what is seen of it fills a few minutes of a dashboard. */
const SECOND_MS = 4000;

/** The host of `npm run demo` with the exporter and Prometheus, at a slower pace, for somebody who takes pictures of it. */
export class Scene {
  readonly stateDir: string;
  /** Milliseconds since the epoch. */
  startMs = 0;
  exporterUrl = '';
  prometheusUrl = '';
  private readonly folder: string;
  private readonly host: Host;
  private readonly programs: Programs;
  private second = 0;

  constructor() {
    // A path that says nothing of the machine: the status page shows it.
    this.folder = mkdtempSync(join(tmpdir(), 'openclaw-'));
    process.on('exit', () => rmSync(this.folder, { recursive: true, force: true }));
    this.stateDir = join(this.folder, 'state');
    this.host = new Host(this.stateDir, Date.now());
    this.programs = new Programs((problem) => {
      process.stderr.write(`${problem}\n`);
      process.exit(1);
    });
    this.programs.guardBy(this.folder);
  }

  async start(): Promise<void> {
    const { prometheus } = ensureEngines(['prometheus']).engines;
    if (prometheus === undefined) throw new Error('Prometheus is not here: npm run engines says why');
    const exporter = await portNear(10_789);
    const port = await portNear(9090);
    this.exporterUrl = `http://127.0.0.1:${exporter}`;
    this.prometheusUrl = `http://127.0.0.1:${port}`;
    this.writeConfig(exporter);
    this.startMs = Date.now();
    await this.programs.start(
      'the exporter',
      process.execPath,
      [MAIN, 'serve', ...this.flags(), `--web.listen-address=127.0.0.1:${exporter}`, ...FAST],
      `${this.exporterUrl}/-/ready`,
    );
    await this.programs.start(
      'Prometheus',
      prometheus,
      [
        `--config.file=${join(this.folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(this.folder, 'prometheus')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      `${this.prometheusUrl}/-/ready`,
    );
  }

  /** Whatever command of the exporter looks at this host. */
  flags(): string[] {
    return [
      `--openclaw.state-dir=${this.stateDir}`,
      `--openclaw.config=${join(this.stateDir, 'openclaw.json')}`,
      `--privacy.salt-file=${join(this.folder, 'salt')}`,
    ];
  }

  /** Lets the host live up to this second of its story. */
  async liveUntil(second: number): Promise<void> {
    for (; this.second <= second; this.second += 1) {
      for (const step of STORY) if (step.at === this.second) step.happen(this.host, Date.now());
      everySecond(this.host, this.second, Date.now());
      await sleep(SECOND_MS);
    }
  }

  async stop(): Promise<void> {
    await this.programs.stop();
    this.host.close();
  }

  private writeConfig(exporter: number): void {
    mkdirSync(join(this.folder, 'rules'));
    for (const name of ['openclaw-store.rules.yml', 'openclaw-store.up.rules.yml'])
      writeFileSync(join(this.folder, 'rules', name), fastRules(name));
    writeFileSync(
      join(this.folder, 'prometheus.yml'),
      `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [rules/*.yml]
scrape_configs:
  - job_name: openclaw-store
    static_configs: [{ targets: ['127.0.0.1:${exporter}'], labels: { cluster: demo } }]
`,
    );
  }
}

const FAST = ['--scan.schedule=* * * * * *', '--scan.deep-schedule=*/5 * * * * *'];
