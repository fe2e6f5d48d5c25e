import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Exporter, startExporter } from './exporter.ts';
import { putFile } from './folder.ts';
import { waitFor } from './processes.ts';
import { unpackStore } from './stores.ts';

const SHIM = pathToFileURL(join(import.meta.dirname, './settable-clock.ts')).href;

/** An exporter that sees a real store as on the day when it was frozen. Its end removes the store. */
export async function startFrozenExporter(
  name: string,
  options: Omit<NonNullable<Parameters<typeof startExporter>[1]>, 'env'> = {},
): Promise<Exporter> {
  const store = unpackStore(name);
  const clock = putFile(join(store.stateDir, '../clock'), String(store.now + performance.now() - Date.now()));
  const env = { SET_CLOCK_BY: clock, NODE_OPTIONS: `--import=${SHIM}` };
  const exporter = await startExporter(store.stateDir, { ...options, env });
  return {
    ...exporter,
    async stop() {
      const exit = await exporter.stop();
      store.cleanup();
      return exit;
    },
  };
}

export async function deepScanned({ metrics, running }: Exporter): Promise<void> {
  const done = 'openclaw_store_last_scan_timestamp_seconds{scan="deep"}';
  await waitFor('the deep scan', async () => (await metrics()).includes(done), running);
}
