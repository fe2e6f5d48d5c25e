import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type Running, startServer } from './processes.ts';

/** The built program. */
export const BUILT = join(import.meta.dirname, '../../dist/main.js');

export interface Exporter {
  readonly url: string;
  readonly address: string;
  readonly running: Running;
  metrics(): Promise<string>;
  stop(): Promise<{ code: number | null }>;
}

/** Starts the exporter as a user would: the built program, in a process of its own. */
export async function startExporter(
  stateDir: string,
  options: {
    script?: string;
    flags?: readonly string[];
    schedule?: string;
    address?: string;
    env?: Record<string, string>;
  } = {},
): Promise<Exporter> {
  const home = mkdtempSync(join(tmpdir(), 'exporter-home-'));
  const address = options.address ?? `127.0.0.1:${await freePort()}`;
  const flags = [
    `--openclaw.state-dir=${stateDir}`,
    `--web.listen-address=${address}`,
    `--scan.schedule=${options.schedule ?? '* * * * * *'}`,
    ...(options.flags ?? []),
  ];
  const script = options.script === undefined ? [BUILT, 'serve'] : [options.script];
  const url = `http://${address}`;
  const running = await startServer(process.execPath, [...script, ...flags], {
    env: { HOME: home, XDG_STATE_HOME: home, ...options.env },
    folder: home,
    readyUrl: `${url}/-/ready`,
  });
  return { url, address, running, metrics: async () => (await fetch(`${url}/metrics`)).text(), stop: running.stop };
}

/** The value of a series as it stands in the text; undefined when it is not there. */
export function sampleValue(text: string, series: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}
