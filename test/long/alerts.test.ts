import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertmanagerWith, rulesWith } from '../support/alert-rules.ts';
import { type Alertmanager, startAlertmanager } from '../support/alertmanager.ts';
import { needsEngine } from '../support/engines.ts';
import { type Exporter, startExporter } from '../support/exporter.ts';
import { waitFor } from '../support/processes.ts';
import { type Prometheus, pagingConfig, startPrometheus } from '../support/prometheus.ts';
import { type ReceivedAlert, type Receiver, startReceiver } from '../support/receiver.ts';
import { createState, type State, type StateOptions } from '../support/state.ts';

const ROOT = join(import.meta.dirname, '../..');
const GROUP = 'agent:main:telegram:group:-1009900000001';
const PEER = 'telegram:direct:111';
const ROUTED = {
  meta: { lastTouchedVersion: '2026.7.35' },
  agents: { list: [{ id: 'main', default: true }, { id: 'home' }] },
  bindings: [{ agentId: 'home', match: { channel: 'telegram', peer: { kind: 'direct', id: '111' } } }],
};

/**
 * The shipped rules in a hurry; with `is short` they wait longer than any restart takes, and else longer than a scrape is late
 * on a busy machine.
 */
function rules({ restart }: { restart: 'is short' | 'is not expected' }): Record<string, string> {
  const [keep, down] = restart === 'is short' ? ['1h', '1h'] : ['10s', '15s'];
  return {
    'store.yml': rulesWith('openclaw-store.rules.yml', { for: '1s', keepFiringFor: keep }),
    'up.yml': rulesWith('openclaw-store.up.rules.yml', { for: down, keepFiringFor: '1s' }),
  };
}

describe.skipIf(needsEngine('prometheus', 'alertmanager'))(
  'alerts, by the shipped rules, routes and inhibitions',
  () => {
    let receiver: Receiver;
    let alertmanager: Alertmanager;
    let prometheus: Prometheus;
    const states: State[] = [];
    const exporters: Partial<Record<'busy' | 'broken' | 'routed' | 'healthy', Exporter>> = {};
    let busy: State;
    let broken: State;
    let routed: State;

    function newState(options: StateOptions = {}): State {
      const state = createState({ live: true, kept: true, ...options });
      states.push(state);
      return state;
    }
    function start(state: State, address?: string): Promise<Exporter> {
      const configFile = join(state.dir, 'exporter.yml');
      if (!existsSync(configFile)) writeFileSync(configFile, 'privacy: { peers: plain }\n');
      return startExporter(state.dir, { flags: [`--config.file=${configFile}`], ...(address && { address }) });
    }
    function running(name: keyof typeof exporters): Exporter {
      const exporter = exporters[name];
      if (exporter === undefined) throw new Error(`${name} was not started`);
      return exporter;
    }

    beforeAll(async () => {
      busy = newState();
      busy.addSession(GROUP, { totalTokens: 50_000, chatType: 'group' });
      broken = newState();
      broken.addSession('agent:main:main');
      routed = newState({ config: ROUTED });
      routed.addSession('agent:main:main');
      const healthy = newState();
      healthy.addSession('agent:main:main', { totalTokens: 150_000 });
      healthy.addSession('agent:main:hook:5f0c2f6e-5d1c-4a55-9c55-0f6c0a3f9b11');
      const starting = Object.entries({ busy, broken, routed, healthy }).map(async ([name, state]) => [
        name,
        await start(state),
      ]);
      Object.assign(exporters, Object.fromEntries(await Promise.all(starting)));
      receiver = await startReceiver();
      alertmanager = await startAlertmanager(alertmanagerWith(receiver.url));
      prometheus = await startPrometheus({
        config: pagingConfig(
          alertmanager.address,
          Object.values(exporters).map(({ address }) => address),
        ),
        files: rules({ restart: 'is short' }),
      });
      await waitFor('all targets', async () => (await prometheus.query('up == 1')).length === 4);
    });
    afterAll(async () => {
      const all = [...Object.values(exporters), prometheus, alertmanager, receiver];
      await Promise.all(all.map((each) => each?.stop()));
      for (const state of states) state.remove();
    });

    function received(alertname: string, instance: string, status: 'firing' | 'resolved'): ReceivedAlert[] {
      return receiver.alerts.filter(
        (each) => each.status === status && each.labels.alertname === alertname && each.labels.instance === instance,
      );
    }
    async function first(alertname: string, name: keyof typeof exporters, status: 'firing' | 'resolved' = 'firing') {
      const { address } = running(name);
      await waitFor(`${alertname} to be ${status}`, () => received(alertname, address, status).length > 0);
      return received(alertname, address, status)[0] ?? expect.fail();
    }
    /** As the rule says it now: a scrape that was lost when it began to fire leaves its figures out of the message. */
    async function described(alertname: string, name: keyof typeof exporters, what: RegExp) {
      const { address } = running(name);
      await waitFor(`${alertname} to say ${what}`, async () =>
        (await prometheus.alerts()).some(
          ({ labels, annotations: { description = '' } }) =>
            labels.alertname === alertname && labels.instance === address && what.test(description),
        ),
      );
    }
    async function suppressed(alertname: string): Promise<boolean> {
      type Status = { labels: { alertname: string }; status: { state: string; inhibitedBy: string[] } };
      const all = (await (await fetch(`${alertmanager.url}/api/v2/alerts`)).json()) as Status[];
      const found = all.find(({ labels }) => labels.alertname === alertname);
      return found?.status.state === 'suppressed' && found.status.inhibitedBy.length > 0;
    }

    describe('a group that grows', () => {
      const labels = () => ({
        kind: 'group',
        agent: 'main',
        job: 'openclaw-store',
        instance: running('busy').address,
      });

      it('is a warning above 50,000 tokens, with all its labels and links that lead somewhere', async () => {
        expect(received('OpenClawSessionTokensHigh', running('busy').address, 'firing')).toEqual([]);
        busy.addSession(GROUP, { totalTokens: 50_001, chatType: 'group' });
        const alert = await first('OpenClawSessionTokensHigh', 'busy');
        expect(alert.path).toBe('/week');
        expect(alert.labels).toEqual({ alertname: 'OpenClawSessionTokensHigh', severity: 'warning', ...labels() });
        expect(alert.annotations.description).toContain(`agent main (kind group) on ${running('busy').address}`);
        const largest = /kind group\) on .* threshold: 1\. .* Largest: .*group:-1009900000001 \(50k tokens\)/;
        await described('OpenClawSessionTokensHigh', 'busy', largest);
        expect(existsSync(join(ROOT, alert.annotations.runbook_url ?? ''))).toBe(true);
        expect(alert.annotations.dashboard_url).toContain('var-agent=main&var-kind=group');
      });

      it('stays one warning through a restart of the exporter', async () => {
        const { address } = running('busy');
        await exporters.busy?.stop();
        await waitFor(
          'a missed scrape',
          async () => (await prometheus.query(`up{instance="${address}"} == 0`)).length > 0,
        );
        expect(await prometheus.query(`openclaw_store_session_tokens{instance="${address}"}`)).toEqual([]);
        exporters.busy = await start(busy, address);
        await waitFor(
          'its figures to be back',
          async () => (await prometheus.query(`openclaw_store_session_tokens{instance="${address}"}`)).length > 0,
        );
        expect(received('OpenClawSessionTokensHigh', address, 'resolved')).toEqual([]);
        expect(received('OpenClawSessionTokensHigh', address, 'firing')).toHaveLength(1);
        expect(received('OpenClawExporterDown', address, 'firing')).toEqual([]);
      });

      it('is a page above 150,000, which holds back its warning', async () => {
        busy.addSession(GROUP, { totalTokens: 160_000, chatType: 'group' });
        const alert = await first('OpenClawSessionTokensCritical', 'busy');
        expect(alert.path).toBe('/page');
        expect(alert.labels).toEqual({ alertname: 'OpenClawSessionTokensCritical', severity: 'critical', ...labels() });
        await waitFor('the inhibition', () => suppressed('OpenClawSessionTokensHigh'));
        expect(received('OpenClawSessionTokensHigh', running('busy').address, 'firing')).toHaveLength(1);
      });

      it('is resolved after a reset', async () => {
        await prometheus.reload(rules({ restart: 'is not expected' }));
        busy.addSession(GROUP, { totalTokens: 900, chatType: 'group' });
        await first('OpenClawSessionTokensCritical', 'busy', 'resolved');
        await first('OpenClawSessionTokensHigh', 'busy', 'resolved');
        expect(received('OpenClawSessionTokensCritical', running('busy').address, 'firing')).toHaveLength(1);
      });

      it('has the threshold that the YAML says, by the same rules and with the same labels', async () => {
        const { running: process_, address } = running('busy');
        const before = received('OpenClawSessionTokensHigh', address, 'firing').length;
        writeFileSync(
          join(busy.dir, 'exporter.yml'),
          `privacy: { peers: plain }\nthresholds: [{ session: '${GROUP}', tokens: { warning: 500 } }]\n`,
        );
        process.kill(process_.pid, 'SIGHUP');
        await waitFor('the alert', () => received('OpenClawSessionTokensHigh', address, 'firing').length > before);
        const alert = received('OpenClawSessionTokensHigh', address, 'firing').at(-1);
        expect(alert?.labels).toEqual({ alertname: 'OpenClawSessionTokensHigh', severity: 'warning', ...labels() });
      });
    });

    it('a peer with sessions in two agents is a stray in one and a duplicate in both, each of them once', async () => {
      const { address } = running('routed');
      const entry = {
        lastAccountId: 'default',
        deliveryContext: { channel: 'telegram', to: '111', accountId: 'default' },
      };
      for (const agent of ['home', 'main']) routed.addSession(`agent:${agent}:${PEER}`, entry);
      const stray = await first('OpenClawSessionsStray', 'routed');
      expect(stray.path).toBe('/week');
      expect(stray.labels).toEqual({
        alertname: 'OpenClawSessionsStray',
        agent: 'main',
        severity: 'warning',
        job: 'openclaw-store',
        instance: address,
      });
      await described(
        'OpenClawSessionsStray',
        'routed',
        /agent:main:telegram:direct:111 \(binding\), expected in home/,
      );
      await waitFor(
        'both duplicates',
        () =>
          new Set(received('OpenClawSessionsDuplicate', address, 'firing').map(({ labels }) => labels.agent)).size ===
          2,
      );
      const duplicates = received('OpenClawSessionsDuplicate', address, 'firing');
      expect(duplicates.map(({ labels }) => labels.agent).toSorted()).toEqual(['home', 'main']);
      expect(received('OpenClawSessionsStray', address, 'firing')).toHaveLength(1);
    });

    it('an index that does not parse is one page', async () => {
      writeFileSync(`${broken.indexPath('main')}.new`, '{"agent:main:main": {');
      renameSync(`${broken.indexPath('main')}.new`, broken.indexPath('main'));
      const alert = await first('OpenClawStoreProblem', 'broken');
      expect(alert.path).toBe('/page');
      expect(alert.labels).toMatchObject({ agent: 'main', severity: 'critical' });
      await described('OpenClawStoreProblem', 'broken', /Now: index_invalid_json\./);
      expect(alert.annotations.runbook_url).toBe('docs/runbooks/OpenClawStoreProblem.md');
      expect(received('OpenClawStoreProblem', running('broken').address, 'firing')).toHaveLength(1);
    });

    it('an exporter that is gone is one page', async () => {
      const { address } = running('broken');
      await exporters.broken?.stop();
      const alert = await first('OpenClawExporterDown', 'broken');
      expect(alert.path).toBe('/page');
      expect(alert.labels).toEqual({
        alertname: 'OpenClawExporterDown',
        severity: 'critical',
        job: 'openclaw-store',
        instance: address,
      });
      expect(received('OpenClawExporterDown', address, 'firing')).toHaveLength(1);
      expect(received('OpenClawStoreProblem', address, 'firing')).toHaveLength(1);
    });

    it('said nothing about the healthy store all the while, and sent no info to anybody', async () => {
      const { address } = running('healthy');
      // On a busy machine scrapes come too late, and those rules say so.
      const ofScrapes = /^OpenClawExporter(?:Down|Flapping)$/;
      const said = receiver.alerts.filter(({ labels }) => labels.instance === address);
      expect(said.filter(({ labels }) => !ofScrapes.test(labels.alertname ?? ''))).toEqual([]);
      expect(receiver.alerts.filter(({ labels }) => labels.severity === 'info')).toEqual([]);
      const ours = `ALERTS{instance="${address}", alertstate="firing", alertname!~"${ofScrapes.source}"}`;
      await waitFor('only information', async () => {
        const firing = await prometheus.query(`count by (severity) (${ours})`);
        return firing.map(({ labels }) => labels.severity).join() === 'info';
      });
      const evaluated = (await prometheus.rules()).flatMap((group) => group.rules);
      expect(evaluated.filter(({ health }) => health !== 'ok')).toEqual([]);
    });
  },
);
