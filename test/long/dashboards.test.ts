import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { share, thresholdOf } from '../../grafana/expressions.ts';
import { dashboardQueries, runnable } from '../../grafana/queries.ts';
import { ONE_SESSION } from '../../grafana/variables.ts';
import { FILES } from '../grafana/dashboard-json.ts';
import { rulesWith } from '../support/alert-rules.ts';
import { needsEngine } from '../support/engines.ts';
import { waitFor } from '../support/processes.ts';
import { type Prometheus, startPrometheus } from '../support/prometheus.ts';
import {
  askAll,
  type DashboardAnswer,
  EMPTY_WHEN_WELL,
  emptyWhenWell,
  GROWING,
  isWithoutData,
  OWN_WARNING,
  startTwoClusters,
  type TwoClusters,
} from '../support/two-clusters.ts';

const ENGINES = ['prometheus', 'prometheusForky'] as const;
const QUERIES = FILES.flatMap(({ json }) => dashboardQueries(json));
const engines = new Map<(typeof ENGINES)[number], Prometheus>();
let clusters: TwoClusters;

describe.skipIf(needsEngine(...ENGINES))('the dashboards', () => {
  // Twelve programs start. A busy machine needs its time for them.
  beforeAll(startAll, 300_000);
  afterAll(async () => {
    await Promise.all([...engines.values()].map((each) => each.stop()));
    await clusters?.stop();
  });

  describe.each(ENGINES)('on %s', (name) => {
    const answers: DashboardAnswer[] = [];
    const ask = (expr: string) => prometheusOf(name).query(expr);

    // A query that the engine refuses fails here, with its text.
    beforeAll(async () => {
      answers.push(...(await askAll(ask, QUERIES)));
    });

    test('everything has data of real stores, but for what is empty while all is well', () => {
      expect(emptyWhenWell(answers)).toEqual(EMPTY_WHEN_WELL.toSorted());
    });

    test('every query has data of a well or of a damaged store', () => {
      expect(answers.filter(isWithoutData)).toEqual([]);
    });

    test('a session with a threshold of its own is compared with that', async () => {
      const chosen = { cluster: 'damaged', session: GROWING };
      // A scrape that comes too late leaves a gap of a second.
      const value = (expr: string) => waitFor(expr, async () => (await ask(runnable(expr, chosen)))[0]?.value);
      const tokens = await value(`openclaw_store_session_tokens{${ONE_SESSION}}`);
      expect(await value(thresholdOf('tokens', 'warning', ONE_SESSION))).toBe(OWN_WARNING);
      expect(await value(share('tokens', 'warning', { matchers: ONE_SESSION }))).toBe(tokens / OWN_WARNING);
    });
  });
});

function prometheusOf(name: (typeof ENGINES)[number]): Prometheus {
  const prometheus = engines.get(name);
  if (prometheus === undefined) throw new Error(`${name} was not started`);
  return prometheus;
}

async function startAll(): Promise<void> {
  clusters = await startTwoClusters();
  const targets = clusters.targets.map(
    ({ address, cluster, gateway }) =>
      `      - { targets: ['${address}'], labels: { cluster: ${cluster}, instance: ${gateway} } }`,
  );
  const config = `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [store.yml]
scrape_configs:
  - job_name: openclaw-store
    static_configs:
${targets.join('\n')}
`;
  const files = { 'store.yml': rulesWith('openclaw-store.rules.yml', { for: '0s', keepFiringFor: '0s' }) };
  for (const name of ENGINES) engines.set(name, await startPrometheus({ name, config, files }));
  await clusters.liveThrough([...engines.values()].map(({ query }) => query));
}
