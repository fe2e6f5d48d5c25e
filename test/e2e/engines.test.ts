import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { startAlertmanager } from '../support/alertmanager.ts';
import { startBrowser } from '../support/browser.ts';
import { engine, needsEngine } from '../support/engines.ts';
import { freePort, startProcess, waitFor, waitForHttp } from '../support/processes.ts';
import { startPrometheus } from '../support/prometheus.ts';
import { startReceiver } from '../support/receiver.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

describe('a process', () => {
  it('that ends at once fails the wait with its exit code and output', async () => {
    const running = await startProcess(process.execPath, ['-e', 'console.error("no such flag"); process.exit(3)']);
    const url = `http://127.0.0.1:${await freePort()}/`;
    await expect(waitForHttp(url, running)).rejects.toThrow(/code 3.*no such flag/s);
  });

  it('that does not exist is an error', async () => {
    await expect(startProcess('/nonexistent/program', [])).rejects.toThrow('ENOENT');
  });
});

describe.skipIf(needsEngine('amtoolForky', 'victoriaMetrics', 'vmalert', 'dockerCompose', 'kustomize'))(
  'an engine',
  () => {
    it.each([
      ['amtoolForky', '--version'],
      ['victoriaMetrics', '--version'],
      ['vmalert', '--version'],
      ['dockerCompose', 'version'],
      ['kustomize', 'version'],
    ] as const)('%s starts', (name, argument) => {
      const { status, error, stderr } = spawnSync(engine(name), [argument], { encoding: 'utf8' });
      expect({ status, error, stderr }).toMatchObject({ status: 0, error: undefined });
    });
  },
);

describe.each([
  { name: 'prometheus', alertmanagerName: 'alertmanager' },
  { name: 'prometheusForky', alertmanagerName: 'alertmanagerForky' },
] as const)('$name and $alertmanagerName', ({ name, alertmanagerName }) => {
  const skipped = needsEngine(name, alertmanagerName);

  it.skipIf(skipped)('deliver an alert of a rule to a webhook', async () => {
    const receiver = await startReceiver();
    cleanups.push(receiver.stop);
    const alertmanager = await startAlertmanager(
      `
route: { receiver: hook, group_wait: 0s }
receivers: [{ name: hook, webhook_configs: [{ url: '${receiver.url}/hook' }] }]
`,
      alertmanagerName,
    );
    cleanups.push(alertmanager.stop);
    const port = await freePort();
    const prometheus = await startPrometheus({
      name,
      port,
      config: `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [always.yml]
alerting: { alertmanagers: [{ static_configs: [{ targets: ['${alertmanager.address}'] }] }] }
scrape_configs: [{ job_name: itself, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }]
`,
      files: { 'always.yml': 'groups: [{ name: always, rules: [{ alert: Always, expr: vector(1) > 0 }] }]' },
    });
    cleanups.push(prometheus.stop);

    const up = await waitFor('a scrape', async () => (await prometheus.query('up == 1'))[0]);
    expect(up).toEqual({ labels: { __name__: 'up', instance: `127.0.0.1:${port}`, job: 'itself' }, value: 1 });
    expect(await prometheus.query('1 / 0')).toEqual([{ labels: {}, value: Number.POSITIVE_INFINITY }]);
    await expect(prometheus.query('up{')).rejects.toThrow('parse error');

    const alert = await receiver.waitFor('Always', ({ labels }) => labels.alertname === 'Always');
    expect(alert).toMatchObject({ path: '/hook', status: 'firing' });
    expect(await prometheus.alerts()).toMatchObject([{ labels: { alertname: 'Always' }, state: 'firing' }]);
    expect(await prometheus.rules()).toMatchObject([{ name: 'always', rules: [{ name: 'Always', health: 'ok' }] }]);
  });

  it.skipIf(skipped)('say what is wrong with a configuration', async () => {
    await expect(startPrometheus({ name, config: 'no_such_key: 1' })).rejects.toThrow('no_such_key');
    await expect(startAlertmanager('no_such_key: 1', alertmanagerName)).rejects.toThrow('no_such_key');
  });
});

describe.skipIf(needsEngine('browser'))('the browser', () => {
  it('opens a page, twice', async () => {
    for (const title of ['first', 'second']) {
      const browser = await startBrowser();
      const page = await browser.newPage();
      cleanups.push(() => browser.close());
      await page.goto(`data:text/html,<title>${title}</title><script>document.title += '!'</script>`);
      expect(await page.title()).toBe(`${title}!`);
    }
  });
});
