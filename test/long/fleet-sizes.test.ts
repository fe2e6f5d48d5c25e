import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SIZES, type StoreSize, writeDatabases } from '../../bench/heavy-stores.ts';
import { needsEngine } from '../support/engines.ts';
import { type Exporter, startExporter } from '../support/exporter.ts';
import { fileFolder } from '../support/folder.ts';
import { deepScanned } from '../support/frozen-exporter.ts';
import { waitFor } from '../support/processes.ts';
import { type Prometheus, startPrometheus } from '../support/prometheus.ts';
import { isOnlyForDashboards, isWritten } from '../support/remote-write.ts';

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENT = join(ROOT, 'docs/fleet.md');
const BEGIN = '<!-- sizes: npm run fleet -->';
const END = '<!-- end of sizes -->';
const RULE_FILES = [
  'alerts/openclaw-store.rules.yml',
  'alerts/openclaw-store.up.rules.yml',
  'deploy/prometheus/rollup.rules.yml',
];

const YEARLY = '0 0 1 1 *';

/** As many agents and sessions as those of the benchmarks have, with little in each. */
const GATEWAYS = {
  small: { ...SIZES.small, agents: 1, sessions: 20 },
  typical: SIZES.small,
  heavy: SIZES.heavy,
} satisfies Record<string, StoreSize>;
const FLEETS = [1, 100, 10_000];

interface Counts {
  readonly name: keyof typeof GATEWAYS;
  readonly scraped: number;
  readonly ofSessions: number;
  readonly byScrape: number;
  readonly alerts: number;
  readonly ofAlerts: number;
  readonly rolledUp: number;
  readonly all: number;
  readonly forDashboards: number;
  readonly forRules: number;
  readonly atEdge: number;
}

describe.skipIf(needsEngine('prometheusForky'))('how large a fleet is', () => {
  const folder = fileFolder();
  const exporters = new Map<string, Exporter>();
  let prometheus: Prometheus;

  beforeAll(async () => {
    const shape = { otherFiles: 0, entryBytes: 200, transcriptBytes: 2000, usedMs: Date.now() };
    for (const [name, size] of Object.entries(GATEWAYS)) {
      writeDatabases(join(folder, name), { ...size, ...shape });
      // What is counted stands still, and no scan takes the time of a scrape.
      const flags = [`--scan.deep-schedule=${YEARLY}`];
      const exporter = await startExporter(join(folder, name), { schedule: YEARLY, flags });
      exporters.set(name, exporter);
      await deepScanned(exporter);
    }
    const targets = [...exporters].map(
      ([name, { address }]) => `      - { targets: ['${address}'], labels: { gateway: ${name} } }`,
    );
    prometheus = await startPrometheus({
      name: 'prometheusForky',
      config: `
global: { scrape_interval: 5s, evaluation_interval: 1s }
rule_files: [rules/*.yml]
scrape_configs:
  - job_name: openclaw-store
    static_configs:
${targets.join('\n')}
`,
      files: Object.fromEntries(
        RULE_FILES.map((path) => [`rules/${path.split('/').at(-1)}`, readFileSync(join(ROOT, path), 'utf8')]),
      ),
    });
  });
  afterAll(() => Promise.all([prometheus, ...exporters.values()].map((each) => each?.stop())));

  test('is what docs/fleet.md says (npm run fleet writes it)', async () => {
    await waitFor('all scrapes', async () => (await prometheus.query('up == 1')).length === exporters.size);
    const scrapedMs = Date.now();
    await waitFor('every rule', async () =>
      (await prometheus.rules()).every(({ lastEvaluation }) => Date.parse(lastEvaluation) > scrapedMs),
    );
    // A scrape that came too late would leave a gap.
    const { found, alerts } = await waitFor('a moment in which all is there', async () => {
      const found = await prometheus.query('count by (gateway, __name__) ({gateway!=""})');
      const alerts = await prometheus.query('count by (gateway) (ALERTS)');
      const whole = await prometheus.query('min_over_time(up[15s]) == 1');
      return whole.length === exporters.size && { found, alerts };
    });
    const counts = Object.keys(GATEWAYS)
      .filter((name): name is Counts['name'] => name in GATEWAYS)
      .map((name) => {
        const its = found.filter(({ labels }) => labels.gateway === name);
        const count = (takes: (metric: string) => boolean) =>
          its.reduce((sum, { labels, value }) => sum + (takes(labels.__name__ ?? '') ? value : 0), 0);
        const isOfRules = (metric: string) => metric.startsWith('gateway:') || metric.startsWith('ALERTS');
        const isOfScrape = (metric: string) => metric === 'up' || metric.startsWith('scrape_');
        const isWrittenForAll = (metric: string) =>
          isWritten('remote-write.yml', metric) && !metric.startsWith('gateway:');
        return {
          name,
          scraped: count((metric) => !isOfRules(metric) && !isOfScrape(metric)),
          ofSessions: count((metric) => metric.startsWith('openclaw_store_session_')),
          byScrape: count(isOfScrape),
          alerts: alerts.find(({ labels }) => labels.gateway === name)?.value ?? 0,
          ofAlerts: count((metric) => metric.startsWith('ALERTS')),
          rolledUp: count((metric) => metric.startsWith('gateway:')),
          all: count(() => true),
          forDashboards: count(isWrittenForAll),
          forRules: count((metric) => isWrittenForAll(metric) && !isOnlyForDashboards(metric)),
          atEdge: count((metric) => isWritten('edge.yml', metric)),
        } satisfies Counts;
      });
    const text = readFileSync(DOCUMENT, 'utf8');
    const [before = '', rest = ''] = text.split(BEGIN);
    const [, after = ''] = rest.split(END);
    await expect(`${before}${BEGIN}\n\n${tables(counts)}\n\n${END}${after}`).toMatchFileSnapshot(DOCUMENT);
  });
});

function tables(counts: readonly Counts[]): string {
  const counted = counts.map((each) => [
    each.name,
    `${GATEWAYS[each.name].agents}, ${format(GATEWAYS[each.name].sessions)}`,
    format(each.scraped),
    format(each.ofSessions),
    format(each.byScrape),
    `${each.ofAlerts} (${each.alerts})`,
    format(each.rolledUp),
    format(each.all),
  ]);
  const computed = FLEETS.flatMap((fleet) =>
    counts.map(({ name, all, forDashboards, forRules, atEdge }) => [
      format(fleet),
      name,
      format(fleet * all),
      perSecond(fleet * all, 30),
      perSecond(fleet * all, 60),
      ...[forDashboards, forRules, atEdge].map(
        (series) => `${format(fleet * series)} (${perSecond(fleet * series, 60)})`,
      ),
    ]),
  );
  return `Series of one gateway, counted:

${table(
  [
    'gateway',
    'agents, sessions',
    'its exporter',
    'of these, of sessions',
    'each scrape adds',
    'alerts (how many)',
    'rolled up',
    'together',
  ],
  counted,
)}

Series and samples a second of many, computed from these. Of what is written to another store: series (samples a second at 60 s).

${table(
  [
    'gateways',
    'each',
    'series',
    'a second, at 30 s',
    'at 60 s',
    '`remote-write.yml` writes',
    'without what only dashboards ask for',
    '`edge.yml` writes',
  ],
  computed,
)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Two digits where it is small, else whole. */
function perSecond(series: number, seconds: number): string {
  const rate = series / seconds;
  return rate < 100 ? String(Number(rate.toPrecision(2))) : format(Math.round(rate));
}

function format(count: number): string {
  return count.toLocaleString('en-US');
}
