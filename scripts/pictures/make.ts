import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startBrowser } from './browser.ts';
import { askFor, draw } from './dashboards.ts';
import { Scene } from './scene.ts';
import { takeStatusPage } from './status-page.ts';
import { takeTerminal } from './terminal.ts';

// Makes docs/pictures, in about seven minutes: README.md beside this file says how it is run.

const FOLDER = join(import.meta.dirname, '../../docs/pictures');
mkdirSync(FOLDER, { recursive: true });

process.env.TZ = 'UTC';
const scene = new Scene();
const browser = await startBrowser();
await scene.start();

// A group above its critical threshold, a stray, a duplicate, two damaged sessions and a run that hangs.
await scene.liveUntil(52);
const fleet = await askFor({ dashboard: 'fleet', rows: 52, chosen: {} }, scene);
await takeStatusPage(browser, scene.exporterUrl, FOLDER);
await takeTerminal(browser, scene.flags(), FOLDER);

// OpenClaw has compacted the group.
await scene.liveUntil(66);
const session = await askFor({ dashboard: 'session', rows: 37, chosen: { session: await groupSession() } }, scene);

// The index of an agent is damaged.
await scene.liveUntil(100);
const health = await askFor({ dashboard: 'health', rows: 47, chosen: {} }, scene);
await scene.stop();

for (const [name, picture] of Object.entries({ fleet, session, health })) {
  await draw(browser, picture, join(FOLDER, `dashboard-${name}.png`));
}
await browser.close();
process.exit(0);

/** The label of the session that has grown. */
async function groupSession(): Promise<string> {
  const query = 'topk(1, max_over_time(openclaw_store_session_tokens{kind="group"}[1h]))';
  const response = await fetch(`${scene.prometheusUrl}/api/v1/query?query=${encodeURIComponent(query)}`);
  const { data } = (await response.json()) as { data: { result: { metric: { session?: string } }[] } };
  const session = data.result[0]?.metric.session;
  if (session === undefined) throw new Error('Prometheus knows no group');
  return session;
}
