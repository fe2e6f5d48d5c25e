import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateSample } from '../../demo/generate.ts';
import { share, thresholdOf } from '../../grafana/expressions.ts';
import { type DashboardQuery, dashboardQueries, runnable } from '../../grafana/queries.ts';
import { ONE_SESSION } from '../../grafana/variables.ts';
import { FILES } from '../grafana/dashboard-json.ts';
import { rulesWith } from '../support/alert-rules.ts';
import { needsEngine } from '../support/engines.ts';
import { type Exporter, startExporter } from '../support/exporter.ts';
import { fileFolder, putFile } from '../support/folder.ts';
import { waitFor } from '../support/processes.ts';
import { type Prometheus, startPrometheus } from '../support/prometheus.ts';
import { transcriptLines } from '../support/sessions.ts';
import { createState, type State } from '../support/state.ts';
import { type UnpackedStore, unpackStore } from '../support/stores.ts';

/** What is empty while all is well, and full of the damaged stores. */
const EMPTY_WHEN_WELL: readonly string[] = [
  'annotation: Restarts of the exporter',
  'panel: Soonest at their limit',
  'panel: One peer on two gateways',
  'panel: Problems of whole stores',
  'panel: Corrupted sessions',
  'panel: Ignored findings',
  'panel: Figures of locked databases',
  'panel: Sessions with a stuck run',
  'panel: Wait of the oldest message',
  'panel: Active sessions with unknown tokens',
  'panel: Locks',
  'panel: Runs of the migration',
  'panel: Time to the limit',
];

const ENGINES = ['prometheus', 'prometheusForky'] as const;
const SHIM = pathToFileURL(join(import.meta.dirname, '../support/settable-clock.ts')).href;
const GROWING = 'agent:main:main';
const OWN_WARNING = 8000;
const SETTINGS = `
thresholds:
  - { session: '${GROWING}', tokens: { warning: ${OWN_WARNING} } }
ignore:
  - { agent: main, session: 'agent:main:ignored', findings: [corrupted] }
`;

const QUERIES = FILES.flatMap(({ json }) => dashboardQueries(json));
const folder = fileFolder();
const stores: UnpackedStore[] = [];
const exporters: Exporter[] = [];
const engines = new Map<(typeof ENGINES)[number], Prometheus>();
let state: State;
let lock: DatabaseSync;

describe.skipIf(needsEngine(...ENGINES))('the dashboards', () => {
  // Twelve programs start. A busy machine needs its time for them.
  beforeAll(startAll, 300_000);
  afterAll(async () => {
    lock?.close();
    await Promise.all([...engines.values(), ...exporters].map((each) => each.stop()));
    for (const store of stores) store.cleanup();
    state?.remove();
  });

  describe.each(ENGINES)('on %s', (name) => {
    const results: { query: string; title: string; well: boolean; damaged: boolean }[] = [];

    // A query that the engine refuses fails here, with its text.
    beforeAll(async () => {
      for (const query of QUERIES) {
        const [well, damaged] = await Promise.all([hasData(query, 'well'), hasData(query, 'damaged')]);
        results.push({ query: query.expr, title: `${query.of}: ${query.title}`, well, damaged });
      }
    });

    test('everything has data of real stores, but for what is empty while all is well', () => {
      const byTitle = Map.groupBy(results, ({ title }) => title);
      const empty = [...byTitle].filter(([, queries]) => queries.every(({ well }) => !well)).map(([title]) => title);
      expect(empty.toSorted()).toEqual(EMPTY_WHEN_WELL.toSorted());
    });

    test('every query has data of a well or of a damaged store', () => {
      expect(results.filter(({ well, damaged }) => !well && !damaged)).toEqual([]);
    });

    test('a session with a threshold of its own is compared with that', async () => {
      const chosen = { cluster: 'damaged', session: GROWING };
      const value = async (expr: string) => (await ask(runnable(expr, chosen)))[0]?.value;
      const tokens = await value(`openclaw_store_session_tokens{${ONE_SESSION}}`);
      expect(await value(thresholdOf('tokens', 'warning', ONE_SESSION))).toBe(OWN_WARNING);
      expect(await value(share('tokens', 'warning', { matchers: ONE_SESSION }))).toBe((tokens ?? 0) / OWN_WARNING);
    });

    function ask(expr: string): ReturnType<Prometheus['query']> {
      return prometheusOf(name).query(expr);
    }

    /** Of one cluster. The variable `session` is one with every figure, then the one that grows. */
    async function hasData({ expr }: DashboardQuery, cluster: 'well' | 'damaged'): Promise<boolean> {
      if (!expr.includes('"$session"')) return (await ask(runnable(expr, { cluster }))).length > 0;
      for (const session of [await sessionWithFinding(cluster), GROWING]) {
        if ((await ask(runnable(expr, { cluster, session }))).length > 0) return true;
      }
      return false;
    }

    async function sessionWithFinding(cluster: string): Promise<string> {
      const figures = ['effective_window_tokens', 'tokens', 'compactions', 'finding'];
      const found = await ask(
        figures.map((figure) => `openclaw_store_session_${figure}{cluster="${cluster}"}`).join(' and on (session) '),
      );
      return found[0]?.labels.session ?? '';
    }
  });
});

function prometheusOf(name: (typeof ENGINES)[number]): Prometheus {
  const prometheus = engines.get(name);
  if (prometheus === undefined) throw new Error(`${name} was not started`);
  return prometheus;
}

/** Two clusters: `well` of real stores, `damaged` of everything that the dashboards warn of. */
async function startAll(): Promise<void> {
  const sample = join(folder, 'sample');
  generateSample(sample, Date.now());
  state = createState({
    live: true,
    kept: true,
    config: {
      meta: { lastTouchedVersion: '2026.7.35' },
      agents: { defaults: { contextTokens: 200_000 }, list: [{ id: 'main' }, { id: 'locked' }] },
    },
    agents: {
      main: { index: { [GROWING]: { totalTokens: 180_000 }, 'agent:main:ignored': { sessionFile: null } } },
      locked: { database: { sessions: { 'agent:locked:main': {} } } },
    },
  });
  addSessionWithoutTokens('agent:main:unknown');
  const [file, sqlite, damaged, migrating, growing] = await Promise.all([
    exportFrozen('file-2026.7.35'),
    exportFrozen('sqlite-2026.9.6'),
    exportDir(sample),
    exportFrozen('migrating'),
    exportDir(state.dir, { flags: [`--config.file=${putFile(join(folder, 'exporter.yml'), SETTINGS)}`] }),
  ]);
  await Promise.all(exporters.map(deepScan));
  lock = new DatabaseSync(state.databasePath('locked'));
  lock.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  const config = `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [store.yml]
scrape_configs:
  - job_name: openclaw-store
    static_configs:
      - { targets: ['${file.address}', '${sqlite.address}'], labels: { cluster: well } }
      - { targets: ['${damaged.address}', '${migrating.address}', '${growing.address}'], labels: { cluster: damaged } }
      # The same chats on another gateway.
      - { targets: ['${damaged.address}'], labels: { cluster: damaged, instance: twin } }
`;
  const files = { 'store.yml': rulesWith('openclaw-store.rules.yml', { for: '0s', keepFiringFor: '0s' }) };
  for (const name of ENGINES) engines.set(name, await startPrometheus({ name, config, files }));
  const tokens = `openclaw_store_session_tokens{session="${GROWING}"}`;
  await inEach('a scrape', tokens);
  // Near its window, so that it is among the worst.
  state.addSession(GROWING, { totalTokens: 190_000 });
  await inEach('a scrape before the restart', `process_start_time_seconds{instance="${migrating.address}"}`);
  await migrating.stop();
  exporters.splice(exporters.indexOf(migrating), 1);
  await exportFrozen('migrating', migrating.address);
  await inEach('growth', `deriv(${tokens}[1h]) > 0`);
  await inEach('a restart', 'changes(process_start_time_seconds[1h]) > 0');
  await inEach('a locked database', 'openclaw_store_stale_since_timestamp_seconds');
  for (const cluster of ['well', 'damaged'])
    await inEach('an alert', `ALERTS{alertstate="firing", cluster="${cluster}"}`);
}

async function inEach(what: string, expr: string): Promise<void> {
  for (const { query } of engines.values()) await waitFor(what, async () => (await query(expr)).length > 0);
}

/** Its messages are counted, and none of them has a usage. */
function addSessionWithoutTokens(key: string): void {
  state.addSession(key, { totalTokens: undefined, totalTokensFresh: undefined });
  putFile(state.transcriptPath(key), transcriptLines('unknown').slice(0, 2).join(''));
}

/** Sees a frozen store as on the day when it was frozen. */
async function exportFrozen(name: string, address?: string): Promise<Exporter> {
  const store = unpackStore(name);
  stores.push(store);
  const clock = putFile(join(folder, `${name}.clock`), String(store.now + performance.now() - Date.now()));
  const env = { SET_CLOCK_BY: clock, NODE_OPTIONS: `--import=${SHIM}` };
  return exportDir(store.stateDir, { env, ...(address !== undefined && { address }) });
}

async function exportDir(
  dir: string,
  { flags = [], ...options }: Parameters<typeof startExporter>[1] = {},
): Promise<Exporter> {
  const exporter = await startExporter(dir, {
    schedule: '*/2 * * * * *',
    ...options,
    flags: ['--privacy.peers=plain', ...flags],
  });
  exporters.push(exporter);
  return exporter;
}

async function deepScan({ metrics, running }: Exporter): Promise<void> {
  const done = 'openclaw_store_last_scan_timestamp_seconds{scan="deep"}';
  await waitFor('the deep scan', async () => (await metrics()).includes(done), running);
}
