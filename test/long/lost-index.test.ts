import { cpSync, renameSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { alertmanagerWith, rulesWith } from '../support/alert-rules.ts';
import { startAlertmanager } from '../support/alertmanager.ts';
import { needsEngine } from '../support/engines.ts';
import { type Exporter, startExporter } from '../support/exporter.ts';
import { waitFor } from '../support/processes.ts';
import { pagingConfig, type RuleGroup, type Sample, scrapeConfigs, startPrometheus } from '../support/prometheus.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { createState, type State } from '../support/state.ts';
import { startVictoria, startVmalert } from '../support/victoria.ts';

const KEYS = Array.from({ length: 24 }, (_, number) => `agent:main:telegram:direct:${1000 + number}`);
const FIRST = KEYS.slice(0, 1);
const sessions = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, {}]));

/** A system that asks for the figures, judges them by the rules and sends messages. */
interface Watcher {
  readonly receiver: Receiver;
  query(expression: string): Promise<Sample[]>;
  rules(): Promise<RuleGroup[]>;
  stop(): Promise<unknown>;
}

/** The shipped waits in seconds: `for` of ten minutes becomes ten seconds. They go on firing for longer than a machine pauses. */
const RULES = {
  'store.yml': rulesWith('openclaw-store.rules.yml', { for: '10s', keepFiringFor: '10s' }),
  'up.yml': rulesWith('openclaw-store.up.rules.yml', { for: '1h', keepFiringFor: '1s' }),
};
/** What the rule asks. */
const LOST: string = parse(RULES['store.yml'])
  .groups.flatMap(({ rules }: { rules: { alert: string; expr: string }[] }) => rules)
  .find(({ alert }: { alert: string }) => alert === 'OpenClawIndexLost').expr;
const FIRING = 'ALERTS{alertname="OpenClawIndexLost",alertstate="firing"}';
/** Looked back on in steps, which stand at whole tens of seconds: there is one of before the loss. */
const HISTORY = 'count_over_time((sum by (instance) (openclaw_store_readable))[1h:10s])';

/** How often the alert was found firing. */
async function evaluations({ query }: Watcher): Promise<number> {
  const found = await query(`max(count_over_time(${FIRING}[1h]))`);
  return found[0]?.value ?? 0;
}

/** What is wrong with the rules that it evaluates. */
async function faults({ rules }: Watcher): Promise<string[]> {
  const all = (await rules()).flatMap((group) => group.rules);
  return all.flatMap(({ name, health, lastError }) => (health === 'ok' ? [] : [`${name}: ${lastError}`]));
}

async function watchByPrometheus(
  prometheusName: 'prometheus' | 'prometheusForky',
  alertmanagerName: 'alertmanager' | 'alertmanagerForky',
  targets: readonly string[],
): Promise<Watcher> {
  const receiver = await startReceiver();
  const alertmanager = await startAlertmanager(alertmanagerWith(receiver.url), alertmanagerName);
  const config = pagingConfig(alertmanager.address, targets);
  const prometheus = await startPrometheus({ name: prometheusName, config, files: RULES });
  return {
    receiver,
    query: prometheus.query,
    rules: prometheus.rules,
    stop: () => Promise.all([prometheus, alertmanager, receiver].map((each) => each.stop())),
  };
}

async function watchByVictoriaMetrics(targets: readonly string[]): Promise<Watcher> {
  const receiver = await startReceiver();
  const alertmanager = await startAlertmanager(alertmanagerWith(receiver.url), 'alertmanagerForky');
  const victoria = await startVictoria(scrapeConfigs(targets));
  const vmalert = await startVmalert({ datasource: victoria.url, notifier: alertmanager.url, files: RULES });
  return {
    receiver,
    query: victoria.query,
    rules: vmalert.rules,
    stop: () => Promise.all([vmalert, victoria, alertmanager, receiver].map((each) => each.stop())),
  };
}

const WATCHERS = {
  'Prometheus 2.42 and Alertmanager 0.25': (targets) => watchByPrometheus('prometheus', 'alertmanager', targets),
  'Prometheus 3.5 and Alertmanager 0.33': (targets) =>
    watchByPrometheus('prometheusForky', 'alertmanagerForky', targets),
  'VictoriaMetrics, vmalert and Alertmanager 0.33': watchByVictoriaMetrics,
} satisfies Record<string, (targets: readonly string[]) => Promise<Watcher>>;

/**
 * 24 sessions become one. With the shipped waits the page is there after 10 minutes (`for`) and half a minute
 * (`group_wait`); here they are seconds.
 */
describe.skipIf(
  needsEngine('prometheus', 'prometheusForky', 'alertmanager', 'alertmanagerForky', 'victoriaMetrics', 'vmalert'),
)('the page about a lost index', () => {
  const states: State[] = [];
  const exporters: Exporter[] = [];
  const watchers = new Map<string, Watcher>();

  function newState(agent: Parameters<typeof createState>[0]): State {
    const state = createState({ ...agent, live: true, kept: true });
    states.push(state);
    return state;
  }
  const file = newState({ agents: { main: { index: sessions(KEYS) } } });
  const database = newState({ agents: { main: { database: { sessions: sessions(KEYS) } } } });
  const other = newState({ agents: { main: { database: { sessions: sessions(FIRST) } } } });
  const healthy = newState({ agents: { main: { index: sessions(KEYS) } } });

  beforeAll(async () => {
    exporters.push(...(await Promise.all([file, database, healthy].map(({ dir }) => startExporter(dir)))));
    const targets = exporters.map(({ address }) => address);
    const starts = Object.entries(WATCHERS).map(async ([name, start]) => watchers.set(name, await start(targets)));
    await Promise.all(starts);
    for (const watcher of watchers.values()) {
      await waitFor('all sessions', async () => (await sums(watcher)).every((sum) => sum === 24));
      await waitFor('the history', async () => (await watcher.query(HISTORY)).length === exporters.length);
    }
  });
  afterAll(async () => {
    await Promise.all([...exporters, ...watchers.values()].map((each) => each.stop()));
    for (const state of states) state.remove();
  });

  async function sums(watcher: Watcher): Promise<number[]> {
    const found = await watcher.query('sum by (instance) (openclaw_store_sessions)');
    const of = new Map(found.map(({ labels, value }) => [labels.instance, value]));
    return exporters.map(({ address }) => of.get(address) ?? 0);
  }
  function received({ receiver }: Watcher, status: 'firing' | 'resolved', { address }: Exporter) {
    return receiver.alerts.filter(
      ({ labels, ...alert }) =>
        alert.status === status && labels.alertname === 'OpenClawIndexLost' && labels.instance === address,
    );
  }
  /** Each watcher by its name, with what this says of it. */
  async function ofEach<T>(ask: (watcher: Watcher) => T | Promise<T>): Promise<Record<string, T>> {
    const answers = await Promise.all(
      [...watchers].map(async ([name, watcher]) => [name, await ask(watcher)] as const),
    );
    return Object.fromEntries(answers);
  }
  function everywhere<T>(value: T): Record<string, T> {
    return Object.fromEntries(Object.keys(WATCHERS).map((name) => [name, value]));
  }

  it('arrives within a minute, in both eras, from every system that judges by the rules', async () => {
    for (const key of KEYS.slice(1)) file.removeSession(key);
    cpSync(other.databasePath('main'), `${database.databasePath('main')}.new`);
    renameSync(`${database.databasePath('main')}.new`, database.databasePath('main'));
    for (const [name, watcher] of watchers) {
      await waitFor(`the pages of ${name}`, () =>
        exporters.slice(0, 2).every((each) => received(watcher, 'firing', each).length > 0),
      );
      for (const each of exporters.slice(0, 2)) {
        expect(received(watcher, 'firing', each)[0]).toMatchObject({
          path: '/page',
          labels: { agent: 'main', severity: 'critical' },
        });
      }
    }
  });

  it('stays while new sessions come, and raises no other page', async () => {
    for (const key of KEYS.slice(1, 6)) file.addSession(key.replace('direct:1', 'direct:9'));
    for (const watcher of watchers.values())
      await waitFor('the new sessions', async () => (await sums(watcher))[0] === 6);
    // Not only because an alert goes on firing for a while.
    for (const watcher of watchers.values())
      await waitFor('the rule to say so of the new sessions', async () => (await watcher.query(LOST)).length === 2);
    const pages = ({ receiver }: Watcher) => receiver.alerts.filter(({ path }) => path === '/page').length;
    const before = await ofEach(pages);
    // Several evaluations, scans and flushes later.
    const evaluated = await ofEach(evaluations);
    for (const [name, watcher] of watchers)
      await waitFor('evaluations', async () => (await evaluations(watcher)) > (evaluated[name] ?? 0) + 8);
    expect(
      await ofEach(({ receiver }) => receiver.alerts.filter(({ status }) => status === 'resolved').length),
    ).toEqual(everywhere(0));
    expect(await ofEach(pages)).toEqual(before);
    // What is written late is a gap of a second in the store of vmalert.
    for (const { query } of watchers.values())
      await waitFor('both to fire still', async () => (await query(FIRING)).length === 2);
    expect(
      await ofEach(({ receiver }) => [
        ...new Set(receiver.alerts.filter(({ path }) => path === '/page').map(({ labels }) => labels.alertname)),
      ]),
    ).toEqual(everywhere(['OpenClawIndexLost']));
    expect(
      await ofEach(({ receiver }) => receiver.alerts.filter(({ labels }) => labels.instance === exporters[2]?.address)),
    ).toEqual(everywhere([]));
    // One that was too slow for once is none.
    for (const watcher of watchers.values())
      await waitFor('rules without a fault', async () => {
        expect(await faults(watcher)).toEqual([]);
        return true;
      });
  });

  it('is resolved when the index is put back', async () => {
    for (const key of KEYS) file.addSession(key);
    const [first, second] = exporters;
    for (const [name, watcher] of watchers)
      await waitFor(
        `the resolution by ${name}`,
        () => received(watcher, 'resolved', first ?? expect.fail()).length > 0,
      );
    expect(await ofEach((watcher) => received(watcher, 'resolved', second ?? expect.fail()))).toEqual(everywhere([]));
  });
});
