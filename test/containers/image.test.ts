import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer, Wait } from 'testcontainers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDatabase } from '../../demo/database.ts';
import { VERSION } from '../../src/version.ts';
import { needsEngine } from '../support/engines.ts';
import { buildImage, docker } from '../support/image.ts';
import { waitFor } from '../support/processes.ts';

const IMAGE = 'openclaw-store-exporter:test';
// The owner of the state directory: neither root nor the image's own user (who is not root can only give it himself).
const OWN_UID = process.getuid?.() ?? 0;
const UID = OWN_UID === 0 ? 20_789 : OWN_UID;

// testcontainers has no method for it.
class ReadOnlyContainer extends GenericContainer {
  constructor(image: string) {
    super(image);
    this.hostConfig.ReadonlyRootfs = true;
  }
}

describe.skipIf(needsEngine('docker'))('the image', () => {
  let state = '';
  let container: StartedTestContainer;

  beforeAll(async () => {
    state = await writeStateDirectory();
    await buildImage(IMAGE, ['REVISION=abc']);
    container = await new ReadOnlyContainer(IMAGE)
      .withBindMounts([{ source: state, target: '/openclaw', mode: 'ro' }])
      .withUser(`${UID}:${UID}`)
      .withDroppedCapabilities('ALL')
      .withSecurityOpt('no-new-privileges:true')
      .withExposedPorts(10_789)
      .withAutoRemove(false)
      .withWaitStrategy(Wait.forHttp('/-/ready', 10_789))
      // A minute by itself.
      .withStartupTimeout(300_000)
      .start();
  });

  afterAll(async () => {
    await container?.stop({ remove: true });
    if (state) await rm(state, { recursive: true, force: true });
  });

  it('reads a state directory that only its owner can read', async () => {
    const url = `http://${container.getHost()}:${container.getMappedPort(10_789)}/metrics`;
    const metrics = await waitFor('the agent', async () => {
      const text = await (await fetch(url)).text();
      return text.includes('openclaw_store_readable{') && text;
    });
    expect(metrics).toContain('openclaw_store_state_readable 1\n');
    expect(metrics).toContain('openclaw_store_readable{agent="main"} 1\n');
    expect(metrics).toMatch(
      /^openclaw_store_session_tokens\{agent="main",session="agent:main:main",kind="main"\} 4200$/m,
    );
  });

  it.each(DATABASES)('reads a database that is mounted read-only and is %s', async (ending) => {
    const url = `http://${container.getHost()}:${container.getMappedPort(10_789)}/metrics`;
    const metrics = await (await fetch(url)).text();
    expect(metrics).toContain(`openclaw_store_readable{agent="${ending}"} 1\n`);
    const series = `session_tokens\\{agent="${ending}",session="agent:${ending}:main",kind="main"\\}`;
    expect(metrics).toMatch(new RegExp(`^openclaw_store_${series} 5300$`, 'm'));
  });

  it('runs as that user, and holds neither sources nor development modules', async () => {
    const { output } = await container.exec(['sh', '-c', 'grep ^Uid: /proc/1/status; ls /app /app/node_modules']);
    const lines = output.split('\n');
    expect(lines[0]?.split(/\s+/)).toEqual(['Uid:', ...Array(4).fill(String(UID))]);
    expect(lines).toEqual(expect.arrayContaining(['dist', 'package.json', 'prom-client']));
    for (const name of ['src', 'tools', 'vitest', 'typescript', 'dev-node']) expect(lines).not.toContain(name);
  });

  it('cannot write', async () => {
    const { exitCode, output } = await container.exec(['sh', '-c', 'touch /app/x; touch /openclaw/x']);
    expect(exitCode).not.toBe(0);
    expect(output.match(/Read-only file system/g)).toHaveLength(2);
  });

  it('names its version and revision, and is on the PATH', async () => {
    const labels = JSON.parse(await docker('inspect', '--format', '{{json .Config.Labels}}', IMAGE));
    expect(labels).toMatchObject({
      'org.opencontainers.image.version': VERSION,
      'org.opencontainers.image.revision': 'abc',
      'org.opencontainers.image.licenses': 'Apache-2.0',
    });
    const { output } = await container.exec(['openclaw-store-exporter', '--version']);
    expect(output).toContain(`openclaw-store-exporter ${VERSION} (revision abc, Node v24.`);
  });

  it('is little more than its base and Node', async () => {
    const [image, base] = await Promise.all([IMAGE, 'debian:bookworm-slim'].map(sizeOf));
    const { output } = await container.exec(['sh', '-c', 'du -sm /app; du -smL /usr/local/bin/node']);
    const [app = 0, node = 0] = output.split('\n').map((line) => Number.parseInt(line, 10));
    process.stdout.write(`image: ${image} MB, of which base ${base}, Node ${node}, the exporter ${app}\n`);
    process.stdout.write(`from the start of the container until it listens: ${await startMs(container)} ms\n`);
    expect(app).toBeLessThan(30);
    expect((image ?? 0) - (base ?? 0)).toBeLessThan(node + app + 20);
  });

  it('becomes healthy, and ends with 0 on SIGTERM', async () => {
    const client = await getContainerRuntimeClient();
    const running = client.container.getById(container.getId());
    await waitFor('healthy', async () => (await running.inspect()).State.Health?.Status === 'healthy');
    await running.stop({ t: 60 });
    const { State } = await running.inspect();
    expect(State).toMatchObject({ Status: 'exited', ExitCode: 0, OOMKilled: false });
  });
});

/** In MB. */
async function sizeOf(image: string): Promise<number> {
  return Math.round(Number(await docker('inspect', '--format', '{{.Size}}', image)) / 1e6);
}

/** With everything in its WAL, with an empty one, and without one. */
const DATABASES = ['killed', 'stopped', 'closed'] as const;

function writeDatabases(state: string, now: number): void {
  for (const ending of DATABASES) {
    const id = `00000000-0000-4000-8000-${Buffer.from(ending).toString('hex').padStart(12, '0').slice(-12)}`;
    const usage = { input: 5300, output: 40, cacheRead: 0, cacheWrite: 0, totalTokens: 5340 };
    const entry = { sessionId: id, updatedAt: now, totalTokens: 5300, totalTokensFresh: true, contextTokens: 128_000 };
    writeDatabase({
      path: join(state, 'agents', ending, 'agent', 'openclaw-agent.sqlite'),
      agent: ending,
      ending,
      sessions: [
        {
          key: `agent:${ending}:main`,
          sessionId: id,
          entry,
          createdMs: now,
          updatedMs: now,
          lastInteractionMs: now,
          events: [
            { type: 'session', version: 3, id, timestamp: new Date(now).toISOString(), cwd: '/home/node' },
            { type: 'message', id: 'a1', parentId: null, message: { role: 'assistant', content: [], usage } },
          ],
        },
      ],
    });
  }
}

/** A state directory of both eras with a session for each agent, which only its owner can read. */
async function writeStateDirectory(): Promise<string> {
  const state = await mkdtemp(join(tmpdir(), 'state-'));
  const sessions = join(state, 'agents/main/sessions');
  await mkdir(sessions, { recursive: true });
  const sessionId = '3f0c2f6e-5d1c-4a55-9c55-0f6c0a3f9b11';
  const now = Date.now();
  const timestamp = new Date(now).toISOString();
  const entry = {
    sessionId,
    // As a gateway on another host wrote it.
    sessionFile: `/home/node/.openclaw/agents/main/sessions/${sessionId}.jsonl`,
    chatType: 'direct',
    updatedAt: now,
    sessionStartedAt: now,
    lastInteractionAt: now,
    status: 'done',
    modelProvider: 'mock',
    model: 'mock-small',
    contextTokens: 128_000,
    inputTokens: 4200,
    outputTokens: 40,
    totalTokens: 4200,
    totalTokensFresh: true,
  };
  const usage = { input: 4200, output: 40, cacheRead: 0, cacheWrite: 0, totalTokens: 4240 };
  const records = [
    { type: 'session', version: 3, id: sessionId, timestamp, cwd: '/home/node' },
    { type: 'message', id: 'a1', parentId: null, timestamp, message: { role: 'user', content: 'Hello' } },
    { type: 'message', id: 'a2', parentId: 'a1', timestamp, message: { role: 'assistant', content: [], usage } },
  ];
  const lines = records.map((record) => `${JSON.stringify(record)}\n`);
  await writeFile(join(state, 'openclaw.json'), JSON.stringify({ agents: { list: [{ id: 'main' }] } }));
  await writeFile(join(sessions, 'sessions.json'), JSON.stringify({ 'agent:main:main': entry }));
  await writeFile(join(sessions, `${sessionId}.jsonl`), lines.join(''));
  writeDatabases(state, now);
  execFileSync('chmod', ['-R', 'u=rwX,go=', state]);
  execFileSync('chown', ['-R', `${UID}`, state]);
  return state;
}

/** By the clocks of Docker and of the exporter's log. */
async function startMs(container: StartedTestContainer): Promise<number> {
  const started = await docker('inspect', '--format', '{{.State.StartedAt}}', container.getId());
  const log = execFileSync('sh', ['-c', `docker logs ${container.getId()} 2>&1`], { encoding: 'utf8' });
  const [, listening = ''] = /ts=(\S+) level=info msg=listening/.exec(log) ?? [];
  return Date.parse(listening) - Date.parse(started.trim());
}
