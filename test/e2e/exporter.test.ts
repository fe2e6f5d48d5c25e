import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rulesWith } from '../support/alert-rules.ts';
import { type Alertmanager, startAlertmanager } from '../support/alertmanager.ts';
import { engine, needsEngine } from '../support/engines.ts';
import { type Exporter, sampleValue, scansToSee, startExporter } from '../support/exporter.ts';
import { deepScanned } from '../support/frozen-exporter.ts';
import { waitFor } from '../support/processes.ts';
import { type Prometheus, pagingConfig, startPrometheus } from '../support/prometheus.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { createState, type State } from '../support/state.ts';

const GROUP = 'agent:main:telegram:group:-1009900000001';

/** The shipped rules with waits of a second. */
function quickRules(file: string): string {
  return rulesWith(file, { for: '1s', keepFiringFor: '1s' });
}

describe.skipIf(needsEngine('prometheus', 'alertmanager', 'promtool'))(
  'the exporter, Prometheus and Alertmanager',
  () => {
    let state: State;
    let exporter: Exporter;
    let blind: Exporter;
    let receiver: Receiver;
    let alertmanager: Alertmanager;
    let prometheus: Prometheus;

    beforeAll(async () => {
      state = createState({ live: true, kept: true });
      state.addSession('agent:main:main');
      state.addSession(GROUP, { totalTokens: 50_000, chatType: 'group' });
      // The one deep scan is that of the start.
      const flags = ['--privacy.peers=plain', '--scan.deep-schedule=0 0 1 1 *'];
      exporter = await startExporter(state.dir, { flags });
      blind = await startExporter(join(state.dir, 'nowhere'));
      receiver = await startReceiver();
      alertmanager = await startAlertmanager(`
route: { receiver: webhook, group_by: [alertname, instance], group_wait: 1s, group_interval: 1s, repeat_interval: 1h }
receivers: [{ name: webhook, webhook_configs: [{ url: '${receiver.url}/', send_resolved: true }] }]
`);
      prometheus = await startPrometheus({
        config: pagingConfig(alertmanager.address, [exporter.address, blind.address]),
        files: {
          'store.yml': quickRules('openclaw-store.rules.yml'),
          'up.yml': quickRules('openclaw-store.up.rules.yml'),
        },
      });
    });
    afterAll(async () => {
      await Promise.all([exporter, blind, prometheus, alertmanager, receiver].map((each) => each?.stop()));
      state?.remove();
    });

    /** A scrape that comes too late leaves a gap of a second: then it is asked again. */
    function value(expression: string): Promise<number> {
      return waitFor(expression, async () => (await prometheus.query(expression))[0]?.value);
    }
    function of(target: Exporter, family: string): string {
      return `${family}{instance="${target.address}"}`;
    }

    it('is up, and says that it could read', async () => {
      await waitFor('a scrape', async () => (await value(of(exporter, 'up'))) === 1);
      expect(await value(of(exporter, 'openclaw_store_state_readable'))).toBe(1);
      expect(await value(of(exporter, 'openclaw_store_readable'))).toBe(1);
      expect(await value(of(exporter, 'openclaw_store_scan_success'))).toBe(1);
      expect(await value(`openclaw_store_session_tokens{session="${GROUP}"}`)).toBe(50_000);
    });

    it('serves text that promtool finds nothing to say about', async () => {
      const input = await exporter.metrics();
      const { status, stdout, stderr } = spawnSync(engine('promtool'), ['check', 'metrics'], {
        input,
        encoding: 'utf8',
      });
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
    });

    it('shows a session that is written within two quick scans, and drops one that is removed', async () => {
      const key = 'agent:main:hook:5f0c2f6e-5d1c-4a55-9c55-0f6c0a3f9b11';
      const series = `openclaw_store_session_tokens{agent="main",session="${key}",kind="hook"}`;
      await deepScanned(exporter);
      const add = () => state.addSession(key, { totalTokens: 4321 });
      expect(await scansToSee(exporter, add, (text) => sampleValue(text, series) === 4321)).toBeLessThanOrEqual(2);
      await waitFor(
        'Prometheus to see it',
        async () => (await value(`openclaw_store_session_tokens{session="${key}"}`)) === 4321,
      );
      const remove = () => state.removeSession(key);
      expect(await scansToSee(exporter, remove, (text) => !text.includes(key))).toBeLessThanOrEqual(2);
      await waitFor('Prometheus to lose it', async () => (await prometheus.query(`{session="${key}"}`)).length === 0);
    });

    it('brings a group that passes 50,000 tokens to the receiver, and not before', async () => {
      const isGroup = ({ labels }: { labels: Record<string, string> }) =>
        labels.alertname === 'OpenClawSessionTokensHigh' && labels.kind === 'group';
      expect(receiver.alerts.filter(isGroup)).toEqual([]);
      state.addSession(GROUP, { totalTokens: 50_001, chatType: 'group' });
      const alert = await receiver.waitFor('of the group', (each) => isGroup(each) && each.status === 'firing');
      expect(alert.labels).toMatchObject({ severity: 'warning', agent: 'main' });
      expect(alert.annotations.description).toContain(GROUP);
      state.addSession(GROUP, { totalTokens: 900, chatType: 'group' });
      await receiver.waitFor('resolved', (each) => isGroup(each) && each.status === 'resolved');
    });

    it('pages about a state directory that does not exist, and shows no figure of a session', async () => {
      const alert = await receiver.waitFor(
        'of the blind exporter',
        ({ labels }) => labels.alertname === 'OpenClawStoreMissing',
      );
      expect(alert.labels).toMatchObject({ instance: blind.address, severity: 'critical' });
      const text = await blind.metrics();
      expect(sampleValue(text, 'openclaw_store_state_readable')).toBe(0);
      expect(text).not.toMatch(/^openclaw_store_(agents|readable|sessions|session_tokens|corrupted_sessions)\b/m);
    });

    it('says when the exporter is gone', async () => {
      expect(await blind.running.stop()).toMatchObject({ code: 0 });
      const alert = await receiver.waitFor(
        'of a target that is down',
        // A scrape of the other one may come too late.
        ({ labels }) => labels.alertname === 'OpenClawExporterDown' && labels.instance === blind.address,
      );
      expect(alert.labels.severity).toBe('critical');
    });
  },
);
