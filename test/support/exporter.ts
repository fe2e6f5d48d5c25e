import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type Running, startServer, waitFor } from './processes.ts';

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

/**
 * Makes a change and waits until the figures show it; returns how many scans had ended by then since the change. Only the first of
 * them may have begun before it, where no deep scan runs.
 */
export async function scansToSee(
  { metrics, running }: Exporter,
  change: () => void,
  isSeen: (text: string) => boolean,
): Promise<number> {
  change();
  const changedAt = Date.now() / 1000;
  const ends = new Set<number>();
  await waitFor(
    'the change',
    async () => {
      const text = await metrics();
      const end = sampleValue(text, 'openclaw_store_last_scan_timestamp_seconds{scan="quick"}') ?? 0;
      if (end > changedAt) ends.add(end);
      return isSeen(text);
    },
    running,
  );
  return ends.size;
}
