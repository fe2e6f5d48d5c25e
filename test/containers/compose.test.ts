import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { VERSION } from '../../src/version.ts';
import { rulesWith } from '../support/alert-rules.ts';
import { engine, needsEngine } from '../support/engines.ts';
import { BASES, docker } from '../support/image.ts';
import { waitFor } from '../support/processes.ts';
import { type UnpackedStore, unpackStore } from '../support/stores.ts';

const run = promisify(execFile);
const REPOSITORY = join(import.meta.dirname, '../..');
const OWNER = '20789';
const PROJECT = `openclaw-store-test-${process.pid}`;

const Compose = z.object({ services: z.record(z.string(), z.object({ image: z.string() })) });
const { services } = Compose.parse(parse(readFileSync(join(REPOSITORY, 'deploy/compose/compose.yaml'), 'utf8')));

/**
 * The repository, of which only some folders are laid out, and the receiver of the shipped config under its own name.
 * Grafana is left out: no package of Debian has it.
 */
const OVERRIDE = `services:
  exporter:
    build: { context: ${JSON.stringify(REPOSITORY)} }
    ports: !override ["127.0.0.1::10789"]
  prometheus:
    ports: !override ["127.0.0.1::9090"]
  alertmanager:
    ports: !override ["127.0.0.1::9093"]
  receiver:
    image: ${services.exporter?.image}
    entrypoint: [node, -e]
    command: ['require("node:http").createServer((q, s) => { let b = ""; q.on("data", (c) => (b += c)); q.on("end", () => { console.log(q.url, b); s.end(); }); }).listen(80)']
    init: true
    networks: { default: { aliases: [receiver.invalid] } }
`;

describe.skipIf(needsEngine('docker', 'dockerCompose', 'prometheusForky', 'alertmanagerForky'))('compose.yaml', () => {
  /** The folders that it mounts, laid out as in the repository, with rules that do not wait. */
  let folder = '';
  let store: UnpackedStore;

  const compose = async (...args: readonly string[]) => {
    const files = ['--file', 'compose.yaml', '--file', 'override.yaml'];
    const options = { cwd: join(folder, 'deploy/compose'), maxBuffer: 2 ** 26 };
    return (await run(engine('dockerCompose'), ['--project-name', PROJECT, ...files, ...args], options)).stdout;
  };

  beforeAll(async () => {
    store = unpackStore('file-damaged');
    addAgents(store.stateDir, 'sqlite-2026.9.6');
    execFileSync('chown', ['-R', `${OWNER}:${OWNER}`, dirname(store.stateDir)]);
    folder = mkdtempSync(join(tmpdir(), 'compose-'));
    layOut(folder, store.stateDir);
    await buildEngine('prometheus', 'prometheusForky', [
      '--config.file=/etc/prometheus/prometheus.yml',
      '--storage.tsdb.path=/prometheus',
      '--rules.alert.resend-delay=5s',
    ]);
    await buildEngine('alertmanager', 'alertmanagerForky', [
      '--config.file=/etc/alertmanager/alertmanager.yml',
      '--storage.path=/alertmanager',
      '--cluster.listen-address=',
    ]);
    await compose('up', '--build', '--detach', '--pull=never', 'exporter', 'prometheus', 'alertmanager', 'receiver');
  });
  afterAll(async () => {
    if (folder) await compose('down', '--volumes', '--timeout=5');
    store?.cleanup();
    rmSync(folder, { recursive: true, force: true });
  });

  it('scrapes the exporter under its gateway', async () => {
    const address = (await compose('port', 'prometheus', '9090')).trim();
    const query = encodeURIComponent('openclaw_store_state_readable');
    const found = await waitFor('a scrape', async () => {
      const response = await fetch(`http://${address}/api/v1/query?query=${query}`).catch(() => null);
      const { data } = response?.ok
        ? z.object({ data: Answer }).parse(await response.json())
        : { data: { result: [] } };
      return data.result[0];
    });
    expect(found.metric).toMatchObject({ job: 'openclaw-store', gateway: 'home', instance: 'home' });
    expect(found.value[1]).toBe('1');
  });

  it('shows Prometheus the stores of both eras', async () => {
    const address = (await compose('port', 'prometheus', '9090')).trim();
    const query = encodeURIComponent('count by (layout) (openclaw_store_info)');
    // A scrape that comes too late leaves a gap of a second.
    await waitFor('both', async () => {
      const response = await fetch(`http://${address}/api/v1/query?query=${query}`);
      const { data } = z.object({ data: Answer }).parse(await response.json());
      const layouts = data.result.map(({ metric }) => metric.layout);
      return ['file', 'sqlite'].every((layout) => layouts.includes(layout));
    });
  });

  it('brings the Watchdog and a page about this store to their receivers', async () => {
    const received = await waitFor('the page', async () => {
      const log = await compose('logs', '--no-log-prefix', 'receiver');
      return log.includes('"OpenClawStoreProblem"') && log.includes('"Watchdog"') && log;
    });
    const lines = received.split('\n');
    expect(lines.find((line) => line.includes('"OpenClawStoreProblem"'))).toMatch(/^\/openclaw .*"gateway":"home"/);
    expect(lines.find((line) => line.includes('"Watchdog"'))).toMatch(/^\/watchdog /);
  });

  it('says which version runs, and that its revision is unknown', async () => {
    const id = (await compose('ps', '--quiet', 'exporter')).trim();
    const labels = JSON.parse(await docker('inspect', '--format', '{{json .Config.Labels}}', id));
    expect(labels).toMatchObject({
      'org.opencontainers.image.version': VERSION,
      'org.opencontainers.image.revision': 'unknown',
    });
    const said = await docker('exec', id, 'openclaw-store-exporter', '--version');
    expect(said).toContain(`openclaw-store-exporter ${VERSION} (revision unknown, Node v24.`);
  });

  it('gives the exporter the owner of the state directory, and no way to write there', async () => {
    const id = (await compose('ps', '--quiet', 'exporter')).trim();
    const status = await docker('exec', id, 'grep', '-E', '^(Uid|CapEff|NoNewPrivs):', '/proc/1/status');
    expect(status.split('\n').map((line) => line.split(/\s+/).slice(0, 2))).toEqual([
      ['Uid:', OWNER],
      ['CapEff:', '0000000000000000'],
      ['NoNewPrivs:', '1'],
    ]);
    await expect(docker('exec', id, 'touch', '/openclaw/x')).rejects.toThrow('Read-only file system');
    await waitFor(
      'healthy',
      async () => (await docker('inspect', '--format', '{{.State.Health.Status}}', id)) === 'healthy',
    );
  });
});

const Answer = z.object({
  result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
});

/** The agents of another real store, beside those that are there. */
function addAgents(stateDir: string, name: string): void {
  const other = unpackStore(name);
  cpSync(join(other.stateDir, 'agents'), join(stateDir, 'agents'), { recursive: true });
  other.cleanup();
}

function layOut(folder: string, stateDir: string): void {
  const target = join(folder, 'deploy/compose');
  cpSync(join(REPOSITORY, 'deploy/compose'), target, { recursive: true });
  mkdirSync(join(folder, 'alerts'));
  for (const file of ['openclaw-store.rules.yml', 'openclaw-store.up.rules.yml'])
    writeFileSync(join(folder, 'alerts', file), rulesWith(file, { for: '0s', keepFiringFor: '0s' }));
  hurry(join(target, 'prometheus/prometheus.yml'), /interval: 30s/g, 'interval: 1s');
  hurry(join(target, 'alertmanager/alertmanager.yml'), /group_wait: \S+/g, 'group_wait: 1s');
  writeFileSync(join(target, 'override.yaml'), OVERRIDE);
  const env = readFileSync(join(target, 'env.example'), 'utf8')
    .replace(/^OPENCLAW_STATE_DIR=.*$/m, `OPENCLAW_STATE_DIR=${stateDir}`)
    .replaceAll(/=1000$/gm, `=${OWNER}`);
  writeFileSync(join(target, '.env'), [env, ...BASES, ''].join('\n'));
}

function hurry(path: string, what: RegExp, instead: string): void {
  const text = readFileSync(path, 'utf8');
  const changed = text.replaceAll(what, instead);
  expect(changed, path).not.toBe(text);
  writeFileSync(path, changed);
}

/** An image of Debian's package under the name that the compose file pins, which cannot be pulled everywhere. */
async function buildEngine(
  name: 'prometheus' | 'alertmanager',
  program: 'prometheusForky' | 'alertmanagerForky',
  args: readonly string[],
): Promise<void> {
  const context = mkdtempSync(join(tmpdir(), `${name}-image-`));
  try {
    cpSync(join(dirname(engine(program)), '../..'), join(context, 'package'), { recursive: true });
    const entry = JSON.stringify([`/opt/package/usr/bin/${engine(program).split('/').at(-1)}`, ...args]);
    const lines = [
      'FROM debian:bookworm-slim',
      'COPY package /opt/package',
      `RUN install -d -o 65534 -g 65534 /${name}`,
    ];
    writeFileSync(join(context, 'Dockerfile'), [...lines, 'USER 65534:65534', `ENTRYPOINT ${entry}`, ''].join('\n'));
    await docker('build', '--quiet', '--force-rm', '--tag', services[name]?.image ?? '', context);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}
