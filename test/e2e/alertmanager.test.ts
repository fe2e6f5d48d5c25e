import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
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
  { file: 'deploy/compose/alertmanager/alertmanager.yml', critical: 'operator', warning: 'operator' },
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
    expect(await receiverOf('deploy/compose/alertmanager/alertmanager.yml', labels)).toBe('watchdog');
    expect(await receiverOf('alerts/alertmanager.yml', labels)).toBe('nowhere');
  });
});

const SHIPPED = readFileSync(join(ROOT, 'alerts/alertmanager.yml'), 'utf8');

describe.skipIf(needsEngine('alertmanager', 'alertmanagerForky')).each(['alertmanager', 'alertmanagerForky'] as const)(
  '%s, with every alert of one gateway at once',
  (name) => {
    type Status = { labels: Record<string, string>; status: { state: string } };
    const OF_TARGETS = ['OpenClawExporterDown', 'OpenClawExporterAbsent'];
    const BLIND = [...OF_TARGETS, 'OpenClawScanStale', 'OpenClawStoreMissing'];
    const isBlind = (labels: Readonly<Record<string, string>>) =>
      BLIND.includes(labels.alertname ?? '') && labels.severity === 'critical';
    const SEEN = FIRING_ALERTS.filter((labels) => !isBlind(labels));
    let alertmanager: Alertmanager;
    beforeAll(async () => {
      // The receivers do not answer: what is held back is known without them.
      alertmanager = await startAlertmanager(alertmanagerWith('http://127.0.0.1:9'), name);
      await post(SEEN);
    });
    afterAll(() => alertmanager.stop());

    async function post(alerts: readonly Readonly<Record<string, string>>[]): Promise<void> {
      const body = JSON.stringify(alerts.map((labels) => ({ labels })));
      const headers = { 'content-type': 'application/json' };
      const { status } = await fetch(`${alertmanager.url}/api/v2/alerts`, { method: 'POST', headers, body });
      expect(status).toBe(200);
    }
    /** Names of the alerts that are held back, each once, when they are these. */
    async function heldBack(expected: readonly string[]): Promise<void> {
      let last: string[] = [];
      await waitFor(`only ${expected.join(', ')} to be held back`, async () => {
        const all = (await (await fetch(`${alertmanager.url}/api/v2/alerts`)).json()) as Status[];
        const suppressed = all.filter(({ status }) => status.state === 'suppressed');
        last = [...new Set(suppressed.map(({ labels }) => labels.alertname ?? ''))].toSorted();
        return last.join() === [...new Set(expected)].toSorted().join();
      });
      expect(last).toEqual([...new Set(expected)].toSorted());
    }
    async function pages(): Promise<Record<string, string>[]> {
      type Group = { labels: Record<string, string>; receiver: { name: string } };
      const groups = (await (await fetch(`${alertmanager.url}/api/v2/alerts/groups`)).json()) as Group[];
      return groups.filter(({ receiver }) => receiver.name === 'page').map(({ labels }) => labels);
    }
    // The page of a full context holds back those of its agent and kind (all cases of sessions are of one gateway).
    const ONE_CAUSE = [
      ...['OpenClawSessionTokensCritical', 'OpenClawSessionTokensHigh', 'OpenClawCompactionOverdue'],
      ...['OpenClawLockStale', 'OpenClawInputsWaiting', 'OpenClawIndexLost'],
    ];

    it('sends one message for one cause', async () => {
      await heldBack(ONE_CAUSE);
    });

    it('makes one page of all that is critical, and one of the thresholds', async () => {
      const gateway = { job: 'openclaw-store', instance: 'a:10789' };
      // The groups are made a moment after the alerts were taken.
      await waitFor('the groups', async () => (await pages()).length >= 2);
      expect(await pages()).toEqual([gateway, gateway]);
    });

    it('holds back every warning of a gateway that is not seen', async () => {
      await post(FIRING_ALERTS.filter(isBlind));
      const warnings = FIRING_ALERTS.filter(({ severity }) => severity === 'warning');
      await heldBack([
        ...ONE_CAUSE,
        // That the scans are old follows from it.
        'OpenClawScanStale',
        ...warnings.map(({ alertname }) => alertname ?? ''),
      ]);
      await waitFor('the page of the exporter', async () =>
        (await pages()).some(({ alertname, job }) => alertname === 'OpenClawExporterDown' && job === 'openclaw-store'),
      );
    });
  },
);

describe.skipIf(needsEngine('alertmanager'))('500 alerts in one group', () => {
  const received: string[] = [];
  let alertmanager: Alertmanager;
  let server: Server;
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        received.push(body);
        response.writeHead(200).end('ok');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = z.object({ port: z.number() }).parse(server.address());
    // The shipped texts of Slack, sent to here.
    const config = parse(SHIPPED);
    const [{ api_url_file: _, ...slack }] = config.receivers.find(
      (each: { name: string }) => each.name === 'week',
    ).slack_configs;
    alertmanager = await startAlertmanager(
      stringify({
        route: { receiver: 'slack', group_by: ['alertname'], group_wait: '1s', group_interval: '1s' },
        receivers: [{ name: 'slack', slack_configs: [{ ...slack, api_url: `http://127.0.0.1:${port}/` }] }],
      }),
    );
  });
  afterAll(async () => {
    await alertmanager.stop();
    await new Promise((resolve) => server.close(resolve));
  });

  it('are a message of a readable length, with their count and the first of them', async () => {
    const alerts = Array.from({ length: 500 }, (_, number) => ({
      labels: { alertname: 'OpenClawSessionTokensHigh', agent: `a${number}`, instance: 'a:10789' },
      annotations: { description: `Session ${number}. ${'Words of a description. '.repeat(12)}`, runbook_url: 'r' },
    }));
    const headers = { 'content-type': 'application/json' };
    await fetch(`${alertmanager.url}/api/v2/alerts`, { method: 'POST', headers, body: JSON.stringify(alerts) });
    // Where the server is held up, the first message comes before it has taken all of them.
    const text = await waitFor('the message', () => received.find((each) => each.includes('500 firing')));
    expect(text).toContain('500 alerts, the first 5: ');
    expect(text.match(/Session \d+\./g)).not.toBeNull();
    expect(text.length).toBeLessThan(5000);
    expect(JSON.parse(text).attachments[0].title).toBe('OpenClawSessionTokensHigh on a:10789 (firing, 500 firing)');
  });
});
