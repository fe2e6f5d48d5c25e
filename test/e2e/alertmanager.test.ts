import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIRING_ALERTS } from '../alerts/firing-alerts.ts';
import { alertmanagerWith } from '../support/alert-rules.ts';
import { type Alertmanager, startAlertmanager } from '../support/alertmanager.ts';
import { engine, needsEngine } from '../support/engines.ts';
import { waitFor } from '../support/processes.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');

async function receiverOf(file: string, labels: Readonly<Record<string, string>>): Promise<string> {
  const flags = ['config', 'routes', 'test', `--config.file=${join(ROOT, file)}`];
  const { stdout } = await run(engine('amtool'), [...flags, ...Object.entries(labels).map((each) => each.join('='))]);
  return stdout.trim();
}

describe.skipIf(needsEngine('amtool')).each([
  { file: 'alerts/alertmanager.yml', critical: 'page', warning: 'week' },
  { file: 'deploy/compose/alertmanager.yml', critical: 'operator', warning: 'operator' },
])('$file', ({ file, critical, warning }) => {
  it('is valid', async () => {
    const { stdout } = await run(engine('amtool'), ['check-config', join(ROOT, file)]);
    expect(stdout).toContain('SUCCESS');
  });

  it('sends every alert to the receiver of its severity', async () => {
    const receivers: Readonly<Record<string, string>> = { critical, warning, info: 'nowhere' };
    const wrong: string[] = [];
    for (const labels of FIRING_ALERTS) {
      const { alertname, severity = '', kind = '' } = labels;
      const receiver = await receiverOf(file, labels);
      if (receiver !== receivers[severity]) wrong.push(`${alertname} ${severity} ${kind} goes to ${receiver}`);
    }
    expect(FIRING_ALERTS.length).toBeGreaterThan(30);
    expect(wrong).toEqual([]);
  });

  it('sends an alert that is not of this project nowhere', async () => {
    expect(await receiverOf(file, { alertname: 'NodeDown', severity: 'critical', job: 'node' })).toBe('nowhere');
  });
});

describe.skipIf(needsEngine('amtool'))('the Watchdog of the compose file', () => {
  it('goes to the switch that waits for it', async () => {
    const labels = { alertname: 'Watchdog', severity: 'none' };
    expect(await receiverOf('deploy/compose/alertmanager.yml', labels)).toBe('watchdog');
    expect(await receiverOf('alerts/alertmanager.yml', labels)).toBe('nowhere');
  });
});

describe.skipIf(needsEngine('alertmanager'))('Alertmanager, with every alert of one gateway at once', () => {
  type Status = { labels: Record<string, string>; status: { state: string } };
  const isDown = (labels: Readonly<Record<string, string>>) => labels.alertname === 'OpenClawExporterDown';
  let alertmanager: Alertmanager;
  beforeAll(async () => {
    // The receivers do not answer: what is held back is known without them.
    alertmanager = await startAlertmanager(alertmanagerWith('http://127.0.0.1:9'));
    await post(FIRING_ALERTS.filter((labels) => !isDown(labels)));
  });
  afterAll(() => alertmanager.stop());

  async function post(alerts: readonly Readonly<Record<string, string>>[]): Promise<void> {
    const body = JSON.stringify(alerts.map((labels) => ({ labels })));
    const headers = { 'content-type': 'application/json' };
    const { status } = await fetch(`${alertmanager.url}/api/v2/alerts`, { method: 'POST', headers, body });
    expect(status).toBe(200);
  }
  /** Names of the alerts that are held back, once Alertmanager has said of all of them whether they are. */
  async function heldBack(count: number): Promise<string[]> {
    return waitFor(`${count} alerts to be held back`, async () => {
      const all = (await (await fetch(`${alertmanager.url}/api/v2/alerts`)).json()) as Status[];
      const suppressed = all.filter(({ status }) => status.state === 'suppressed');
      const isKnown = all.every(({ status }) => status.state !== 'unprocessed');
      return isKnown && suppressed.length === count && suppressed.map(({ labels }) => labels.alertname ?? '');
    });
  }

  it('makes one page of all that is critical', async () => {
    type Group = { labels: Record<string, string>; receiver: { name: string } };
    await heldBack(9);
    const groups = (await (await fetch(`${alertmanager.url}/api/v2/alerts/groups`)).json()) as Group[];
    const pages = groups.filter(({ receiver }) => receiver.name === 'page');
    expect(pages.map(({ labels }) => labels)).toEqual([{ job: 'openclaw-store', instance: 'a:10789' }]);
  });

  it('holds back the warnings of sessions that are paged for, and nothing else', async () => {
    expect(new Set(await heldBack(9))).toEqual(new Set(['OpenClawSessionTokensHigh', 'OpenClawCompactionOverdue']));
  });

  it('holds back every warning of an exporter that is down, and no page', async () => {
    await post(FIRING_ALERTS.filter(isDown));
    const warnings = FIRING_ALERTS.filter(({ severity }) => severity === 'warning').map(
      ({ alertname }) => alertname ?? '',
    );
    const expected = warnings.filter((name) => !name.startsWith('OpenClawExporter'));
    expect((await heldBack(expected.length)).toSorted()).toEqual(expected.toSorted());
  });

  it('holds back nothing of another gateway', async () => {
    const other = FIRING_ALERTS.filter(({ alertname }) => alertname === 'OpenClawSessionTokensHigh').map((labels) => ({
      ...labels,
      instance: 'b:10789',
    }));
    const before = FIRING_ALERTS.filter(
      ({ severity, alertname }) => severity === 'warning' && !alertname?.startsWith('OpenClawExporter'),
    );
    await post(other);
    await waitFor('all of them to be known', async () => {
      const all = (await (await fetch(`${alertmanager.url}/api/v2/alerts`)).json()) as Status[];
      return all.filter(({ labels }) => labels.instance === 'b:10789').length === other.length;
    });
    await heldBack(before.length);
  });
});
