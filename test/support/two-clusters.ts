import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateSample } from '../../demo/generate.ts';
import { type DashboardQuery, runnable } from '../../grafana/queries.ts';
import { type Exporter, startExporter } from './exporter.ts';
import { keptFolder, putFile } from './folder.ts';
import { deepScanned, startFrozenExporter } from './frozen-exporter.ts';
import { waitFor } from './processes.ts';
import type { Sample } from './prometheus.ts';
import { transcriptLines } from './sessions.ts';
import { createState } from './state.ts';

/** What is empty while all is well, and full of the damaged stores. */
export const EMPTY_WHEN_WELL: readonly string[] = [
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

/** Rounds of all queries that are asked before what is empty counts. */
const MOST_ROUNDS = 10;

/** A session whose context grows, in the cluster `damaged`. */
export const GROWING = 'agent:main:main';
/** Its own warning threshold, tokens. */
export const OWN_WARNING = 8000;
const SETTINGS = `
thresholds:
  - { session: '${GROWING}', tokens: { warning: ${OWN_WARNING} } }
ignore:
  - { agent: main, session: 'agent:main:ignored', findings: [corrupted] }
`;
const SCANS = { schedule: '*/2 * * * * *', flags: ['--privacy.peers=plain'] };

export type Cluster = 'well' | 'damaged';

/** An engine, as a query to it. */
export type Ask = (expression: string) => Promise<Sample[]>;

export interface TwoClusters {
  readonly targets: readonly { readonly address: string; readonly cluster: Cluster; readonly gateway: string }[];
  /** What only time shows: growth, a restart, a locked database, alerts. Returns when each engine has seen all of it. */
  liveThrough(engines: readonly Ask[]): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Exporters of two clusters: `well` of real stores, `damaged` of everything that the dashboards warn of. Its gateway `twin`
 * has the same chats as `sample`.
 */
export async function startTwoClusters(): Promise<TwoClusters> {
  const folder = keptFolder();
  const sample = join(folder, 'sample');
  generateSample(sample, Date.now());
  const state = createState({
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
  // Its messages are counted, and none of them has a usage.
  const unknown = 'agent:main:unknown';
  state.addSession(unknown, { totalTokens: undefined, totalTokensFresh: undefined });
  putFile(state.transcriptPath(unknown), transcriptLines('unknown').slice(0, 2).join(''));
  const ownSettings = `--config.file=${putFile(join(folder, 'exporter.yml'), SETTINGS)}`;
  const [file, sqlite, damaged, migrating, growing] = await Promise.all([
    startFrozenExporter('file-2026.7.35', SCANS),
    startFrozenExporter('sqlite-2026.9.6', SCANS),
    startExporter(sample, SCANS),
    startFrozenExporter('migrating', SCANS),
    startExporter(state.dir, { ...SCANS, flags: [...SCANS.flags, ownSettings] }),
  ]);
  const running = new Set<Exporter>([file, sqlite, damaged, migrating, growing]);
  await Promise.all([...running].map(deepScanned));
  const lock = new DatabaseSync(state.databasePath('locked'));
  lock.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  return {
    targets: [
      { address: file.address, cluster: 'well', gateway: 'file' },
      { address: sqlite.address, cluster: 'well', gateway: 'sqlite' },
      { address: damaged.address, cluster: 'damaged', gateway: 'sample' },
      { address: damaged.address, cluster: 'damaged', gateway: 'twin' },
      { address: migrating.address, cluster: 'damaged', gateway: 'migrating' },
      { address: growing.address, cluster: 'damaged', gateway: 'growing' },
    ],
    async liveThrough(engines) {
      async function inEach(what: string, expr: string): Promise<void> {
        for (const ask of engines) await waitFor(what, async () => (await ask(expr)).length > 0);
      }
      const tokens = `openclaw_store_session_tokens{session="${GROWING}"}`;
      await inEach('a scrape', tokens);
      // Near its window, so that it is among the worst.
      state.addSession(GROWING, { totalTokens: 190_000 });
      await inEach('a scrape before the restart', 'process_start_time_seconds{instance="migrating"}');
      await migrating.stop();
      running.delete(migrating);
      running.add(await startFrozenExporter('migrating', { ...SCANS, address: migrating.address }));
      await inEach('growth', `deriv(${tokens}[1h]) > 0`);
      await inEach('a restart', 'changes(process_start_time_seconds[1h]) > 0');
      await inEach('a locked database', 'openclaw_store_stale_since_timestamp_seconds');
      for (const cluster of ['well', 'damaged'])
        await inEach('an alert', `ALERTS{alertstate="firing", cluster="${cluster}"}`);
    },
    async stop() {
      lock.close();
      await Promise.all([...running].map((each) => each.stop()));
      state.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whether a query has data of one cluster. The variable `session` is one with every figure, then the one that grows. */
async function hasData(ask: Ask, { expr }: DashboardQuery, cluster: Cluster): Promise<boolean> {
  if (!expr.includes('"$session"')) return (await ask(runnable(expr, { cluster }))).length > 0;
  for (const session of [await sessionWithFinding(ask, cluster), GROWING]) {
    if ((await ask(runnable(expr, { cluster, session }))).length > 0) return true;
  }
  return false;
}

async function sessionWithFinding(ask: Ask, cluster: Cluster): Promise<string> {
  const figures = ['effective_window_tokens', 'tokens', 'compactions', 'finding'];
  const found = await ask(
    figures.map((figure) => `openclaw_store_session_${figure}{cluster="${cluster}"}`).join(' and on (session) '),
  );
  return found[0]?.labels.session ?? '';
}

export interface DashboardAnswer {
  readonly query: string;
  readonly title: string;
  readonly well: boolean;
  readonly damaged: boolean;
}

/**
 * Asks for every query of a dashboard; one that the engine refuses is an error with its text. A scrape that comes too late on
 * a busy machine leaves a gap of seconds, so it asks again while something is empty that `mayBeEmpty` does not name.
 */
export async function askAll(
  ask: Ask,
  queries: readonly DashboardQuery[],
  mayBeEmpty: readonly string[] = EMPTY_WHEN_WELL,
): Promise<DashboardAnswer[]> {
  for (let round = 1; ; round += 1) {
    const answers = await askOnce(ask, queries);
    const isFull = !answers.some(isWithoutData) && emptyWhenWell(answers).every((title) => mayBeEmpty.includes(title));
    if (isFull || round === MOST_ROUNDS) return answers;
    await sleep(1000);
  }
}

async function askOnce(ask: Ask, queries: readonly DashboardQuery[]): Promise<DashboardAnswer[]> {
  const answers: DashboardAnswer[] = [];
  for (const query of queries) {
    const [well, damaged] = await Promise.all([hasData(ask, query, 'well'), hasData(ask, query, 'damaged')]);
    answers.push({ query: query.expr, title: `${query.of}: ${query.title}`, well, damaged });
  }
  return answers;
}

/** No data of either cluster. */
export function isWithoutData({ well, damaged }: DashboardAnswer): boolean {
  return !well && !damaged;
}

/** The panels and other parts that had no data of the cluster `well`. */
export function emptyWhenWell(answers: readonly DashboardAnswer[]): string[] {
  const byTitle = Map.groupBy(answers, ({ title }) => title);
  return [...byTitle]
    .filter(([, queries]) => queries.every(({ well }) => !well))
    .map(([title]) => title)
    .toSorted();
}
