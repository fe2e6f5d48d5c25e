import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { dashboardQueries } from '../../grafana/queries.ts';
import { FILES } from '../grafana/dashboard-json.ts';
import { alertmanagerWith, withoutWaits } from '../support/alert-rules.ts';
import { type Alertmanager, startAlertmanager } from '../support/alertmanager.ts';
import { needsEngine } from '../support/engines.ts';
import { BUILT, type Exporter } from '../support/exporter.ts';
import { deepScanned, startFrozenExporter } from '../support/frozen-exporter.ts';
import { waitFor } from '../support/processes.ts';
import { type Labels, type Prometheus, type Sample, startPrometheus } from '../support/prometheus.ts';
import { STORES } from '../support/stores.ts';
import {
  askAll,
  EMPTY_WHEN_WELL,
  emptyWhenWell,
  isWithoutData,
  startTwoClusters,
  type TwoClusters,
} from '../support/two-clusters.ts';
import { startVictoria, startVmalert } from '../support/victoria.ts';

const ROOT = join(import.meta.dirname, '../..');
const RULE_FILES = [
  'alerts/openclaw-store.rules.yml',
  'alerts/openclaw-store.up.rules.yml',
  'deploy/prometheus/rollup.rules.yml',
];
const EXPORTERS = 20;
/** One exporter has two names. */
const TARGETS = EXPORTERS + 1;
/** So many exporters start at a time. */
const AT_ONCE = 4;
const SCRAPE_SECONDS = 3;
const SHARES = 2;
/** One of each version for each share. */
const AGENTS = ['prometheus', 'prometheusForky'] as const;

type Rule = { alert?: string; record?: string; expr: string };
const RULES: Rule[] = RULE_FILES.flatMap((file) =>
  parse(readText(file)).groups.flatMap(({ rules }: { rules: Rule[] }) => rules),
);
/** VictoriaMetrics counts the first sample of a series as a change: this asks for `changes(…[5m])`, so it comes later there. */
const LATER_THERE = 'OpenClawScanStale';
const isLaterThere = ({ expr }: Rule) => expr.includes('unless changes(');
const SAME_THERE = RULES.filter((rule) => !isLaterThere(rule));
const RESTARTS = 'annotation: Restarts of the exporter';

/** Twenty exporters on real stores, watched by the servers of deploy/prometheus/, which write to real VictoriaMetrics. */
describe.skipIf(needsEngine('prometheus', 'prometheusForky', 'alertmanagerForky', 'victoriaMetrics', 'vmalert'))(
  'a fleet',
  () => {
    const others: { exporter: Exporter; labels: Labels }[] = [];
    const pair: Prometheus[] = [];
    let clusters: TwoClusters;
    let alertmanager: Alertmanager;
    let victoria: Awaited<ReturnType<typeof startVictoria>>;

    beforeAll(async () => {
      clusters = await startTwoClusters();
      const exporters = new Set(clusters.targets.map(({ address }) => address)).size;
      while (exporters + others.length < EXPORTERS) await startSome(EXPORTERS - exporters - others.length);
      alertmanager = await startAlertmanager(alertmanagerWith('http://127.0.0.1:9'), 'alertmanagerForky');
      victoria = await startVictoria(undefined, [`-dedup.minScrapeInterval=${SCRAPE_SECONDS}s`]);
      for (const replica of ['a', 'b']) pair.push(await startServer('remote-write.yml', victoria.url, { replica }));
      await clusters.liveThrough([victoria.query, ...pair.map(({ query }) => query)]);
      // Where others use the processors, too.
    }, 900_000);

    afterAll(async () => {
      await stopInTurn(pair, [victoria, alertmanager]);
      await Promise.all(others.map(({ exporter }) => exporter.stop()));
      await clusters?.stop();
    });

    describe('and the pair of remote-write.yml', () => {
      test('call every gateway by its name, or else by its address', async () => {
        const unnamed = others.find(({ labels }) => labels.gateway === undefined)?.exporter.address;
        const names = [...clusters.targets, ...others.map(({ labels }) => labels)].map(
          ({ gateway }) => gateway ?? unnamed,
        );
        expect(names).toHaveLength(TARGETS);
        for (const { query } of pair) {
          const up = await waitFor('all targets', async () => {
            const found = await query('up');
            return found.length >= TARGETS && found;
          });
          expect(up.map(({ labels }) => labels.gateway).toSorted()).toEqual(names.toSorted());
          expect(up.filter(({ labels }) => labels.instance !== labels.gateway)).toEqual([]);
        }
      });

      test('are one at the store and at Alertmanager', async () => {
        // What is written late is a gap of seconds there.
        await waitFor('all targets', async () => (await victoria.query('count(up)'))[0]?.value === TARGETS);
        expect(await victoria.query('count({replica!=""})')).toEqual([]);
        // Two of a pair would make twice as many samples. One of each interval stays, and a range touches two more than it holds.
        const samples = await victoria.query('max(count_over_time(up[20s]))');
        expect(samples[0]?.value).toBeLessThanOrEqual(Math.floor(20 / SCRAPE_SECONDS) + 2);
        const alerts = await waitFor('alerts', () => labelsAt(alertmanager));
        expect(alerts.filter(({ replica }) => replica !== undefined)).toEqual([]);
      });

      test.each(SAME_THERE.map(({ alert, record, expr }) => [alert ?? record, expr] as const))(
        'say the same by %s as the store',
        async (_, expr) => {
          await waitFor('the same series', async () => {
            const [here, there] = await Promise.all([pair[0]?.query(expr), victoria.query(expr)]);
            return here !== undefined && series(here) === series(there);
          });
        },
      );

      test('have one alert that is later there', () => {
        expect(new Set(RULES.filter(isLaterThere).map(({ alert }) => alert))).toEqual(new Set([LATER_THERE]));
      });

      test('roll up what the sessions and agents say', async () => {
        const rollups = RULES.filter(({ record }) => record !== undefined);
        expect(rollups).toHaveLength(10);
        for (const { record = '', expr } of rollups) {
          await waitFor(record, async () => {
            const [rolled, asked] = await Promise.all([victoria.query(record), victoria.query(expr)]);
            return rolled.length > 0 && values(rolled) === values(asked);
          });
        }
      });

      test('give the store what every dashboard asks for', async () => {
        // To VictoriaMetrics a gateway that it sees for the first time has started.
        const emptyThere = EMPTY_WHEN_WELL.filter((title) => title !== RESTARTS);
        const queries = FILES.flatMap(({ json }) => dashboardQueries(json));
        const answers = await askAll(victoria.query, queries, emptyThere);
        expect(answers.filter(isWithoutData)).toEqual([]);
        expect(emptyWhenWell(answers)).toEqual(emptyThere.toSorted());
      });

      test('are not needed by vmalert, which judges by the figures of the store', async () => {
        const printed = execFileSync(process.execPath, [BUILT, 'rules', '--group-label=cluster'], { encoding: 'utf8' });
        const vmalert = await startVmalert({ datasource: victoria.url, files: { 'fleet.yml': withoutWaits(printed) } });
        try {
          await waitFor('every alert', async () => {
            const [here, there] = await Promise.all([pair[0]?.alerts(), vmalert.alerts()]);
            return here !== undefined && alertNames(here) === alertNames(there);
          });
          // A store that is busy for once is no fault of a rule.
          await waitFor('rules without a fault', async () => {
            const rules = (await vmalert.rules()).flatMap((group) => group.rules);
            expect(rules).toHaveLength(RULES.filter(({ alert }) => alert !== undefined).length);
            expect(rules.filter(({ health, lastError }) => health !== 'ok' || lastError)).toEqual([]);
            return true;
          });
        } finally {
          await vmalert.stop();
        }
      });
    });

    describe('and the servers of edge.yml', () => {
      const edges: Prometheus[] = [];
      let central: typeof victoria;

      beforeAll(async () => {
        central = await startVictoria();
        for (let share = 0; share < SHARES; share += 1)
          edges.push(await startServer('edge.yml', central.url, { share }));
        await waitFor('the rolled-up figures of all', async () => (await rolledUp(central.query)).length === TARGETS);
      });
      afterAll(() => stopInTurn(edges, [central]));

      test('share the gateways', async () => {
        const shares = await Promise.all(edges.map(async ({ query }) => await query('count(up)')));
        const counts = shares.map((share) => share[0]?.value ?? 0);
        expect(Math.min(...counts)).toBeGreaterThan(0);
        expect(counts.reduce((sum, count) => sum + count)).toBe(TARGETS);
      });

      test('send alerts and rolled-up figures, and no session', async () => {
        await waitFor('alerts', async () => (await central.query('ALERTS{alertname=~"OpenClaw.+"}')).length > 0);
        const records = RULES.flatMap(({ record }) => record ?? []);
        const due = ['ALERTS', 'ALERTS_FOR_STATE', 'up', ...records]
          .concat(['agents', 'exporter_build_info', 'state_readable'].map((name) => `openclaw_store_${name}`))
          .toSorted();
        const sent = await waitFor('all that is due', async () => {
          const found = await central.query('group by (__name__) ({job="openclaw-store"})');
          const names = found.map(({ labels }) => labels.__name__ ?? '').toSorted();
          return due.every((name) => names.includes(name)) && names;
        });
        expect(sent).toEqual(due);
        expect(await central.query('count by (session) ({session!="", __name__!~"ALERTS.*"})')).toEqual([]);
      });
    });

    test('and the agents of agent.yml, of two versions, write what the pair writes, but for what comes of rules', async () => {
      const central = await startVictoria();
      const agents: Prometheus[] = [];
      try {
        for (const [share, name] of AGENTS.entries())
          agents.push(await startServer('agent.yml', central.url, { share, name, agent: true }));
        const figures = 'count by (instance, __name__) ({job="openclaw-store", __name__!~"ALERTS.*|gateway:.*"})';
        await waitFor('the same series', async () => {
          const [ofAgents, ofPair] = await Promise.all([central.query(figures), victoria.query(figures)]);
          return values(ofAgents) === values(ofPair);
        });
      } finally {
        await stopInTurn(agents, [central]);
      }
    });

    async function startSome(missing: number): Promise<void> {
      const from = others.length;
      const numbers = Array.from({ length: Math.min(AT_ONCE, missing) }, (_, at) => from + at);
      const started = numbers.map(async (number) => {
        const store = STORES[number % STORES.length] ?? '';
        // Not all in the same second.
        const schedule = `${(number * 4) % 60} * * * * *`;
        const flags = ['--scan.deep-schedule=0 0 1 1 *'];
        const exporter = await startFrozenExporter(store, { schedule, flags });
        await deepScanned(exporter);
        const labels = { cluster: 'others', ...(number > 0 && { gateway: `${store}-${number}` }) };
        return { exporter, labels };
      });
      others.push(...(await Promise.all(started)));
    }

    /** A shipped file with what is of this machine: its addresses, scrapes each three seconds, and alerts that do not wait. */
    async function startServer(
      file: string,
      store: string,
      options: { replica?: string; share?: number; name?: 'prometheus' | 'prometheusForky'; agent?: boolean },
    ): Promise<Prometheus> {
      const config = parse(readText(`deploy/prometheus/${file}`));
      const { replica, share, name = 'prometheusForky', agent = false } = options;
      const seconds = `${SCRAPE_SECONDS}s`;
      config.global.scrape_interval = seconds;
      if (!agent) config.global.evaluation_interval = seconds;
      if (replica !== undefined) config.global.external_labels.replica = replica;
      if (!agent) config.alerting.alertmanagers[0].static_configs[0].targets = [alertmanager.address];
      config.remote_write[0].url = `${store}/api/v1/write`;
      for (const relabel of config.scrape_configs[0].relabel_configs) {
        if (relabel.action === 'hashmod') relabel.modulus = SHARES;
        if (relabel.action === 'keep') relabel.regex = String(share);
      }
      const targets = [
        ...clusters.targets.map(({ address, ...labels }) => ({ targets: [address], labels })),
        ...others.map(({ exporter, labels }) => ({ targets: [exporter.address], labels })),
      ];
      const rules = RULE_FILES.map((path) => [
        `openclaw-store/${path.split('/').at(-1)}`,
        withoutWaits(readText(path)),
      ]);
      return startPrometheus({
        name,
        agent,
        config: stringify(config),
        files: { ...Object.fromEntries(rules), 'openclaw-store/targets/all.yml': stringify(targets) },
      });
    }
  },
);

/** Prometheus takes a minute to end when it cannot write what it still has: those that it writes to come last. */
async function stopInTurn(
  ...groups: readonly (readonly ({ stop: () => Promise<unknown> } | undefined)[])[]
): Promise<void> {
  for (const group of groups) await Promise.all(group.map((each) => each?.stop()));
}

function rolledUp(query: Prometheus['query']): Promise<Sample[]> {
  return query('gateway:openclaw_store_bytes:sum and on (gateway) gateway:openclaw_store_readable:min');
}

async function labelsAt({ url }: Alertmanager): Promise<Labels[] | undefined> {
  const alerts = (await (await fetch(`${url}/api/v2/alerts`)).json()) as { labels: Labels }[];
  return alerts.length > 0 ? alerts.map(({ labels }) => labels) : undefined;
}

/** Which series there are, without names: the two engines keep them in other cases. */
function series(samples: readonly Sample[]): string {
  return samples
    .map(({ labels }) => described(labels))
    .toSorted()
    .join('\n');
}

/** In nine digits: VictoriaMetrics gave 0.08645833333333 back for 0.08645833333333333. */
function values(samples: readonly Sample[]): string {
  return samples
    .map(({ labels, value }) => `${described(labels)} ${value.toPrecision(9)}`)
    .toSorted()
    .join('\n');
}

function described({ __name__, ...labels }: Labels): string {
  return JSON.stringify(Object.entries(labels).toSorted());
}

function alertNames(alerts: readonly { readonly labels: Labels }[]): string {
  const all = new Set(alerts.map(({ labels }) => `${labels.alertname} ${labels.severity}`));
  return [...all]
    .filter((name) => !name.startsWith(LATER_THERE))
    .toSorted()
    .join('\n');
}

function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
