import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Authority, createAuthority, serialOf } from '../support/certificates.ts';
import { needsEngine } from '../support/engines.ts';
import { fileFolder } from '../support/folder.ts';
import { waitFor } from '../support/processes.ts';
import { type Prometheus, startPrometheus, type Target } from '../support/prometheus.ts';
import { runMain } from '../support/run.ts';
import { hashOf, PASSWORD, type SecureExporter, startSecureExporter, USER } from '../support/secure-exporter.ts';
import { createState, type State } from '../support/state.ts';

const JOBS = ['good', 'wrong-password', 'no-password', 'no-certificate', 'foreign-certificate'] as const;

describe.skipIf(needsEngine('prometheus', 'prometheusForky'))(
  'over HTTPS, with passwords and client certificates',
  () => {
    const folder = fileFolder();
    let authority: Authority;
    let next: Authority;
    let state: State;
    let exporter: SecureExporter;
    let engines: Prometheus[] = [];
    let files: Record<string, string>;

    function config(interval: string): string {
      const job = (name: (typeof JOBS)[number], password: string | null, certificate: string | null) => `
  - job_name: ${name}
    scheme: https
    tls_config:
      ca_file: ca.crt
      ${certificate === null ? '' : `cert_file: ${certificate}.crt\n      key_file: ${certificate}.key`}
    ${password === null ? '' : `basic_auth: { username: ${USER}, password_file: ${password} }`}
    static_configs: [{ targets: ['${exporter.address}'] }]`;
      return `
global: { scrape_interval: ${interval} }
scrape_configs:
${job('good', 'password', 'client')}
${job('wrong-password', 'wrong', 'client')}
${job('no-password', null, 'client')}
${job('no-certificate', 'password', null)}
${job('foreign-certificate', 'password', 'foreign')}
`;
    }

    async function targetsOf(each: Prometheus): Promise<Map<string | undefined, Target>> {
      return new Map((await each.targets()).map((target) => [target.labels.job, target]));
    }

    beforeAll(async () => {
      [authority, next] = await Promise.all([createAuthority(), createAuthority()]);
      const [server, client, foreign] = await Promise.all([
        authority.server(),
        authority.client('prometheus.example'),
        next.client('prometheus.example'),
      ]);
      state = createState({ live: true, kept: true });
      exporter = await startSecureExporter({
        stateDir: state.dir,
        folder,
        webConfig: `
tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: client-ca.crt
  client_allowed_sans: [prometheus.example]
basic_auth_users: { ${USER}: ${hashOf(PASSWORD)} }
`,
        server,
        files: { 'client-ca.crt': authority.cert },
        client: { ca: authority.cert, pair: client, credentials: `${USER}:${PASSWORD}` },
      });
      files = {
        'ca.crt': `${authority.cert}\n${next.cert}`,
        'client.crt': client.cert,
        'client.key': client.key,
        'foreign.crt': foreign.cert,
        'foreign.key': foreign.key,
        password: PASSWORD,
        wrong: 'another password',
      };
      engines = await Promise.all(
        (['prometheus', 'prometheusForky'] as const).map((name) =>
          startPrometheus({ config: config('1s'), files, name }),
        ),
      );
    });
    afterAll(async () => {
      await Promise.all([...engines.map(({ stop }) => stop()), exporter.stop()]);
      state.remove();
    });

    it('Prometheus 2 and 3 scrape with what is asked for, and with nothing less', async () => {
      for (const each of engines) {
        const found = await waitFor('all targets', async () => {
          const found = await targetsOf(each);
          const isDue = JOBS.every((job) => found.get(job)?.health === (job === 'good' ? 'up' : 'down'));
          return isDue && ![...found.values()].some(isLate) && found;
        });
        for (const job of ['wrong-password', 'no-password']) expect(found.get(job)?.lastError).toContain('401');
        for (const job of ['no-certificate', 'foreign-certificate'])
          expect(found.get(job)?.lastError).toMatch(/connection reset|EOF|broken pipe|bad certificate/);
      }
    });

    it('the certificate is replaced by one of another authority, and no scrape fails', async () => {
      const renewed = await next.server();
      exporter.put({ 'server.crt': renewed.cert, 'server.key': renewed.key });
      await waitFor('the new certificate', async () => (await exporter.servedSerial()) === serialOf(renewed.cert));
      // With this they connect anew, and believe the new authority alone.
      for (const each of engines) {
        const before = await scrapes(each);
        await each.reload({ 'prometheus.yml': config('999ms'), 'ca.crt': next.cert });
        const errors = new Set<string | undefined>();
        await waitFor('scrapes', async () => {
          const good = (await targetsOf(each)).get('good');
          if (good !== undefined && !isLate(good)) errors.add(good.lastError);
          return errors.size > 0 && (await scrapes(each)) > before + 3;
        });
        expect(errors).toEqual(new Set(['']));
      }
    });

    it('a certificate that cannot be used is logged once, and the one before stays', async () => {
      const serial = await exporter.servedSerial();
      exporter.put({ 'server.crt': 'no certificate\n' });
      const lines = () => exporter.running.output().match(/level=error msg="the web config could not be.*/g) ?? [];
      await waitFor('the log', () => lines().some((line) => line.includes('holds no certificate in PEM')));
      const [each] = engines;
      if (each === undefined) throw new Error('no engine');
      const before = await scrapes(each);
      await waitFor('scrapes', async () => (await scrapes(each)) > before + 3);
      expect(lines().filter((line) => line.includes('holds no certificate in PEM'))).toHaveLength(1);
      expect(await exporter.servedSerial()).toBe(serial);
    });

    it('the command healthy hears that it is well, and SIGTERM ends it', async () => {
      const healthy = await waitFor('an answer in time', async () => {
        const ended = await runMain(['healthy', `--web.listen-address=${exporter.address}`]);
        return !ended.stdout.startsWith('no answer') && ended;
      });
      expect(healthy).toEqual({ code: 0, stdout: 'answered, and asks for a certificate\n', stderr: '' });
      expect(await exporter.stop()).toEqual({ code: 0, signal: null });
    });

    /** A scrape has a second, which on a busy machine is no error of the exporter. */
    function isLate({ lastError }: Target): boolean {
      return lastError.includes('deadline exceeded');
    }

    async function scrapes(each: Prometheus): Promise<number> {
      const [found] = await each.query('count_over_time(up{job="good"}[10m])');
      return found?.value ?? 0;
    }
  },
);
