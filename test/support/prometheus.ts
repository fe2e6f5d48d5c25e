import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { engine } from './engines.ts';
import { freePort, startServer } from './processes.ts';

export type Labels = Record<string, string>;
export type Sample = { labels: Labels; value: number };
export type RuleGroup = {
  name: string;
  file: string;
  lastEvaluation: string;
  rules: { name: string; health: string; lastError?: string }[];
};
export type ActiveAlert = { labels: Labels; annotations: Labels; state: 'pending' | 'firing' };
export type Target = { labels: Labels; health: 'up' | 'down' | 'unknown'; lastError: string };
export type Prometheus = Awaited<ReturnType<typeof startPrometheus>>;

/** The flag that makes an agent of it. */
const AGENT = { prometheus: '--enable-feature=agent', prometheusForky: '--agent' };

/**
 * Starts Prometheus on a loopback port with this configuration. `files` (name to text) lie beside it, so
 * `rule_files: [alerts.yml]` names one of them. Alerts are sent again every five seconds instead of every minute: one that
 * was lost is not missed for long, and Alertmanager takes them for resolved after four times as long, which no busy machine
 * sleeps. `reload` puts other texts into these files; alerts that fire stay, where their rule has the same name and labels.
 */
export async function startPrometheus(options: {
  config: string;
  files?: Record<string, string>;
  port?: number;
  name?: 'prometheus' | 'prometheusForky';
  /** It scrapes and writes to another store, and answers no query. */
  agent?: boolean;
}) {
  const name = options.name ?? 'prometheus';
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
  async function write(files: Record<string, string>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    }
  }
  await write({ ...options.files, 'prometheus.yml': options.config });
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const flags = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-lifecycle',
    ...(options.agent ? [AGENT[name], `--storage.agent.path=${join(folder, 'data')}`] : []),
    ...(options.agent ? [] : ['--rules.alert.resend-delay=5s', `--storage.tsdb.path=${join(folder, 'data')}`]),
  ];
  const { output, stop } = await startServer(engine(name), flags, {
    folder,
    readyUrl: `${url}/-/ready`,
  });
  return {
    url,
    output,
    stop,
    async reload(files: Record<string, string>): Promise<void> {
      await write(files);
      const response = await fetch(`${url}/-/reload`, { method: 'POST' });
      if (!response.ok) throw new Error(await response.text());
    },
    query: (expression: string) => queryAt(url, expression),
    rules: () => rulesAt(url),
    targets: async () => (await get<{ activeTargets: Target[] }>(`${url}/api/v1/targets`)).activeTargets,
    alerts: () => alertsAt(url),
  };
}

/** The groups of rules that a server with Prometheus' API evaluates. */
export async function rulesAt(url: string): Promise<RuleGroup[]> {
  return (await get<{ groups: RuleGroup[] }>(`${url}/api/v1/rules`)).groups;
}

/** The alerts that such a server has, pending ones, too. */
export async function alertsAt(url: string): Promise<ActiveAlert[]> {
  return (await get<{ alerts: ActiveAlert[] }>(`${url}/api/v1/alerts`)).alerts;
}

/** The samples of an instant query to a server with Prometheus' API; a scalar is one sample without labels. */
export async function queryAt(url: string, expression: string): Promise<Sample[]> {
  type Vector = { metric: Labels; value: [number, string] }[];
  type Data = { resultType: 'vector'; result: Vector } | { resultType: 'scalar'; result: [number, string] };
  const data = await get<Data>(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`);
  if (data.resultType === 'scalar') return [{ labels: {}, value: parseSampleValue(data.result[1]) }];
  return data.result.map(({ metric, value }) => ({ labels: metric, value: parseSampleValue(value[1]) }));
}

/** A configuration that pages by the rules of `store.yml` and `up.yml`; addresses are host:port. */
export function pagingConfig(alertmanager: string, targets: readonly string[]): string {
  return `
global: { scrape_interval: 1s, evaluation_interval: 1s }
${scrapeConfigs(targets)}
rule_files: [store.yml, up.yml]
alerting: { alertmanagers: [{ static_configs: [{ targets: ['${alertmanager}'] }] }] }
`;
}

/** The part that says what is scraped, every second, as VictoriaMetrics reads it, too. */
export function scrapeConfigs(targets: readonly string[]): string {
  return `
scrape_configs:
  - job_name: openclaw-store
    scrape_interval: 1s
    static_configs: [{ targets: [${targets.map((each) => `'${each}'`).join(', ')}] }]
`;
}

async function get<T>(url: string): Promise<T> {
  const response = await fetch(url);
  const body = (await response.json()) as { status: string; error?: string; data: T };
  if (body.status !== 'success') throw new Error(`${url}: ${body.error ?? response.status}`);
  return body.data;
}

function parseSampleValue(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  return Number(text);
}
