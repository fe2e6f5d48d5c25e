import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
/** The one of deploy/compose. */
const IMAGE = 'grafana/grafana:12.1.0';
const ASK_MS = 10_000;
const PULL_MS = 300_000;

export interface GrafanaOptions {
  /** For its provisioning. */
  readonly folder: string;
  readonly port: number;
  readonly prometheusUrl: string;
  /** Told its name before it starts. */
  readonly onContainer: (name: string) => void;
}

/** Grafana in Docker, on the loopback address, with the shipped dashboards. Docker need not be there. */
export class Grafana {
  private readonly options: GrafanaOptions;
  private readonly abort = new AbortController();
  private starting: Promise<unknown> = Promise.resolve();
  private mayRun = false;

  constructor(options: GrafanaOptions) {
    this.options = options;
  }

  /** Resolves with where to look, or why nowhere. Never throws. */
  start(): Promise<string> {
    const starting = this.tryToStart();
    this.starting = starting;
    return starting;
  }

  async stop(): Promise<void> {
    this.abort.abort();
    await this.starting;
    if (!this.mayRun) return;
    try {
      await run('docker', ['rm', '--force', '--volumes', this.name], { timeout: 2 * ASK_MS });
    } catch {
      // It did not start.
    }
  }

  /** Two demos beside each other have two. */
  private get name(): string {
    return `openclaw-store-exporter-demo-${this.options.port}`;
  }

  private async tryToStart(): Promise<string> {
    const { folder, port, prometheusUrl, onContainer } = this.options;
    if (!(await this.docker(['info'], ASK_MS))) return 'not here, since Docker does not answer';
    const isThere = await this.docker(['image', 'inspect', IMAGE], ASK_MS);
    if (!isThere && !(await this.docker(['pull', '--quiet', IMAGE], PULL_MS)))
      return `not here, since Docker has no ${IMAGE} and could not pull it`;
    const provisioning = join(folder, 'grafana');
    writeProvisioning(provisioning, prometheusUrl);
    this.mayRun = true;
    onContainer(this.name);
    if (!(await this.docker(this.containerArgs(provisioning), ASK_MS)))
      return 'not here, since its container did not start';
    return `http://127.0.0.1:${port}/d/openclaw-store-fleet (its image stays: docker image rm ${IMAGE})`;
  }

  private containerArgs(provisioning: string): string[] {
    return [
      // Prometheus listens on the loopback address of the host alone.
      ...['run', '--rm', '--detach', '--name', this.name, '--network', 'host'],
      // Its provisioning is of whoever runs the demo, and nobody else may read it.
      ...(process.getuid === undefined ? [] : ['--user', String(process.getuid())]),
      ...['--volume', `${provisioning}:/etc/grafana/provisioning:ro`],
      ...['--volume', `${join(ROOT, 'grafana/dashboards')}:/var/lib/grafana/dashboards:ro`],
      ...Object.entries({
        GF_SERVER_HTTP_ADDR: '127.0.0.1',
        GF_SERVER_HTTP_PORT: this.options.port,
        GF_AUTH_ANONYMOUS_ENABLED: true,
        GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
        GF_PATHS_DATA: '/tmp/grafana',
        GF_ANALYTICS_REPORTING_ENABLED: false,
        GF_ANALYTICS_CHECK_FOR_UPDATES: false,
      }).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      IMAGE,
    ];
  }

  /** Whether it did that. */
  private async docker(args: readonly string[], timeout: number): Promise<boolean> {
    try {
      await run('docker', [...args], { timeout, signal: this.abort.signal });
      return true;
    } catch {
      return false;
    }
  }
}

function writeProvisioning(folder: string, prometheusUrl: string): void {
  cpSync(join(ROOT, 'deploy/compose/grafana/provisioning'), folder, { recursive: true });
  mkdirSync(join(folder, 'datasources'), { recursive: true });
  const datasource = { name: 'Prometheus', type: 'prometheus', access: 'proxy', url: prometheusUrl, isDefault: true };
  writeFileSync(
    join(folder, 'datasources', 'openclaw-store.yml'),
    stringify({ apiVersion: 1, datasources: [datasource] }),
  );
}
