import { cpSync, renameSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertmanagerWith, rulesWith } from '../support/alert-rules.ts';
import { type Alertmanager, startAlertmanager } from '../support/alertmanager.ts';
import { needsEngine } from '../support/engines.ts';
import { type Exporter, startExporter } from '../support/exporter.ts';
import { waitFor } from '../support/processes.ts';
import { type Prometheus, pagingConfig, startPrometheus } from '../support/prometheus.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { createState, type State } from '../support/state.ts';

const KEYS = Array.from({ length: 24 }, (_, number) => `agent:main:telegram:direct:${1000 + number}`);
const FIRST = KEYS.slice(0, 1);
const sessions = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, {}]));

/**
 * 24 sessions become one. With the shipped waits the page is there after 10 minutes (`for`) and half a minute
 * (`group_wait`); here they are seconds.
 */
describe.skipIf(needsEngine('prometheus', 'alertmanager'))('the page about a lost index', () => {
  const states: State[] = [];
  const exporters: Exporter[] = [];
  let receiver: Receiver;
  let alertmanager: Alertmanager;
  let prometheus: Prometheus;

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
    receiver = await startReceiver();
    alertmanager = await startAlertmanager(alertmanagerWith(receiver.url));
    prometheus = await startPrometheus({
      config: pagingConfig(
        alertmanager.address,
        exporters.map(({ address }) => address),
      ),
      files: {
        'store.yml': rulesWith('openclaw-store.rules.yml', { for: '10s', keepFiringFor: '1s' }),
        'up.yml': rulesWith('openclaw-store.up.rules.yml', { for: '1h', keepFiringFor: '1s' }),
      },
    });
    await waitFor('the history', async () => (await sums()).every((sum) => sum === 24));
  });
  afterAll(async () => {
    await Promise.all([...exporters, prometheus, alertmanager, receiver].map((each) => each?.stop()));
    for (const state of states) state.remove();
  });

  async function sums(): Promise<number[]> {
    const found = await prometheus.query('sum by (instance) (openclaw_store_sessions)');
    const of = new Map(found.map(({ labels, value }) => [labels.instance, value]));
    return exporters.map(({ address }) => of.get(address) ?? 0);
  }
  function received(status: 'firing' | 'resolved', { address }: Exporter) {
    return receiver.alerts.filter(
      ({ labels, ...alert }) =>
        alert.status === status && labels.alertname === 'OpenClawIndexLost' && labels.instance === address,
    );
  }

  it('arrives within a minute, in both eras', async () => {
    for (const key of KEYS.slice(1)) file.removeSession(key);
    cpSync(other.databasePath('main'), `${database.databasePath('main')}.new`);
    renameSync(`${database.databasePath('main')}.new`, database.databasePath('main'));
    await waitFor('the pages', () => exporters.slice(0, 2).every((each) => received('firing', each).length > 0));
    for (const each of exporters.slice(0, 2)) {
      expect(received('firing', each)[0]).toMatchObject({
        path: '/page',
        labels: { agent: 'main', severity: 'critical' },
      });
    }
  });

  it('stays while new sessions come, and raises no other page', async () => {
    for (const key of KEYS.slice(1, 6)) file.addSession(key.replace('direct:1', 'direct:9'));
    await waitFor('the new sessions', async () => (await sums())[0] === 6);
    const before = receiver.alerts.length;
    // Several evaluations, scans and flushes later.
    const [time] = await prometheus.query('time()');
    await waitFor(
      'time to pass',
      async () => ((await prometheus.query('time()'))[0]?.value ?? 0) > (time?.value ?? 0) + 8,
    );
    expect(receiver.alerts.slice(before).filter(({ status }) => status === 'resolved')).toEqual([]);
    expect((await prometheus.query('ALERTS{alertname="OpenClawIndexLost",alertstate="firing"}')).length).toBe(2);
    const names = new Set(receiver.alerts.filter(({ path }) => path === '/page').map(({ labels }) => labels.alertname));
    expect([...names]).toEqual(['OpenClawIndexLost']);
    expect(receiver.alerts.filter(({ labels }) => labels.instance === exporters[2]?.address)).toEqual([]);
  });

  it('is resolved when the index is put back', async () => {
    for (const key of KEYS) file.addSession(key);
    await waitFor('the resolution', () => exporters.slice(0, 1).every((each) => received('resolved', each).length > 0));
    expect(received('resolved', exporters[1] ?? expect.fail())).toEqual([]);
  });
});
