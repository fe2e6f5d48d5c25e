import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engine } from './engines.ts';
import { freePort, startServer } from './processes.ts';
import { alertsAt, queryAt, rulesAt } from './prometheus.ts';

/**
 * Starts VictoriaMetrics on a loopback port; with `config` it scrapes by this configuration of Prometheus. What it took is
 * seen after a second or two instead of half a minute.
 */
export async function startVictoria(config?: string, moreFlags: readonly string[] = []) {
  const folder = await mkdtemp(join(tmpdir(), 'victoria-'));
  const scrapes = join(folder, 'scrape.yml');
  if (config !== undefined) await writeFile(scrapes, config);
  const url = `http://127.0.0.1:${await freePort()}`;
  const flags = [
    `-storageDataPath=${join(folder, 'data')}`,
    `-httpListenAddr=${new URL(url).host}`,
    '-search.latencyOffset=1s',
    '-inmemoryDataFlushInterval=1s',
    ...(config === undefined ? [] : [`-promscrape.config=${scrapes}`]),
    ...moreFlags,
  ];
  const { output, stop } = await startServer(engine('victoriaMetrics'), flags, { folder, readyUrl: `${url}/health` });
  return { url, output, stop, query: (expression: string) => queryAt(url, expression) };
}

/**
 * Starts vmalert, which evaluates these rule files (name to text) each second on a datasource and sends what fires, where there
 * is somebody to send it to.
 */
export async function startVmalert(options: { datasource: string; notifier?: string; files: Record<string, string> }) {
  const folder = await mkdtemp(join(tmpdir(), 'vmalert-'));
  for (const [name, text] of Object.entries(options.files)) await writeFile(join(folder, name), text);
  const url = `http://127.0.0.1:${await freePort()}`;
  const flags = [
    `-rule=${join(folder, '*.yml')}`,
    `-datasource.url=${options.datasource}`,
    options.notifier === undefined ? '-notifier.blackhole' : `-notifier.url=${options.notifier}`,
    `-remoteWrite.url=${options.datasource}`,
    `-remoteRead.url=${options.datasource}`,
    `-httpListenAddr=${new URL(url).host}`,
    '-evaluationInterval=1s',
    '-rule.evalDelay=1s',
    // As with Prometheus: Alertmanager takes an alert for resolved that it has not heard of for four times as long.
    '-rule.resendDelay=5s',
  ];
  const { output, stop } = await startServer(engine('vmalert'), flags, { folder, readyUrl: `${url}/health` });
  return { url, output, stop, rules: () => rulesAt(url), alerts: () => alertsAt(url) };
}
