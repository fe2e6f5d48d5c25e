import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { storeGroups, upGroups } from '../../src/rules/groups.ts';
import { type ConditionSeries, type FiredAlert, firedAlerts } from './alerts.ts';
import { AlertmanagerConfig, type Message, messagesOf } from './messages.ts';
import { type Gateway, START_SECONDS, STEP_SECONDS, weekOf } from './week.ts';

const SHIPPED = join(import.meta.dirname, '../../alerts/alertmanager.yml');
const Answer = z.object({
  data: z.object({
    result: z.array(
      z.object({ metric: z.record(z.string(), z.string()), values: z.array(z.tuple([z.number(), z.string()])) }),
    ),
  }),
});

/** Messages about a gateway in some healthy days. */
export interface Noise {
  readonly gateway: Gateway;
  readonly days: number;
  readonly messages: readonly Message[];
}

/**
 * Replays healthy days through the real rules and routes: Prometheus gets the figures as blocks and evaluates each expression
 * at each step; `for`, `keep_firing_for` and what Alertmanager does are worked out from the rules and from `alertmanager.yml`.
 */
export async function replay(
  programs: { readonly prometheus: string; readonly promtool: string },
  gateways: readonly Gateway[],
  days: number,
): Promise<Noise[]> {
  const folder = mkdtempSync(join(tmpdir(), 'noise-'));
  try {
    const data = blocks(programs.promtool, folder, gateways, days);
    const alerts = await withPrometheus(programs.prometheus, folder, data, (url) => allAlerts(url, days));
    const config = AlertmanagerConfig.parse(parse(readFileSync(SHIPPED, 'utf8')));
    const end = START_SECONDS + days * 86_400;
    return gateways.map((gateway) => {
      const own = alerts.filter(({ labels }) => labels.gateway === gateway.name);
      return { gateway, days, messages: messagesOf(config, own, end) };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function blocks(promtool: string, folder: string, gateways: readonly Gateway[], days: number): string {
  const data = join(folder, 'data');
  for (const gateway of gateways) {
    const file = join(folder, `${gateway.name}.txt`);
    writeFileSync(file, '');
    for (const part of weekOf(gateway, days)) appendFileSync(file, part);
    appendFileSync(file, '# EOF\n');
    execFileSync(promtool, ['tsdb', 'create-blocks-from', 'openmetrics', '--max-block-duration=240h', file, data], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    rmSync(file);
  }
  return data;
}

async function withPrometheus<T>(
  program: string,
  folder: string,
  data: string,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const port = await freePort();
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, 'global: {}\n');
  const running = spawn(
    program,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => running.once('exit', resolve));
  const url = `http://127.0.0.1:${port}`;
  try {
    await ready(url);
    return await use(url);
  } finally {
    running.kill();
    await ended;
  }
}

async function ready(url: string): Promise<void> {
  for (let tries = 0; tries < 1500; tries += 1) {
    const isReady = await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`Prometheus at ${url} is not ready after five minutes`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = z.object({ port: z.number() }).parse(server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function allAlerts(url: string, days: number): Promise<FiredAlert[]> {
  const end = START_SECONDS + days * 86_400;
  const steps = Array.from(
    { length: (days * 86_400) / STEP_SECONDS + 1 },
    (_, at) => START_SECONDS + at * STEP_SECONDS,
  );
  const found: FiredAlert[] = [];
  for (const rule of [...storeGroups(), ...upGroups()].flatMap(({ rules }) => rules)) {
    const query = new URLSearchParams({
      query: rule.expr,
      start: String(START_SECONDS),
      end: String(end),
      step: String(STEP_SECONDS),
    });
    const response = await fetch(`${url}/api/v1/query_range`, { method: 'POST', body: query });
    if (!response.ok) throw new Error(`${rule.alert}: ${await response.text()}`);
    const conditions: ConditionSeries[] = Answer.parse(await response.json()).data.result.map(({ metric, values }) => {
      const { __name__: _, ...labels } = metric;
      return { labels, times: values.map(([time]) => time) };
    });
    found.push(...firedAlerts(rule, conditions, steps));
  }
  return found;
}
