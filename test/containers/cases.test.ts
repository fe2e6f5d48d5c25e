import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { needsEngine } from '../support/engines.ts';
import { parseExposition, seriesOf } from '../support/exposition.ts';
import { buildImage, docker } from '../support/image.ts';
import { waitFor } from '../support/processes.ts';
import { type UnpackedStore, unpackStore } from '../support/stores.ts';

const IMAGE = 'openclaw-store-exporter:test-cases';
const REPOSITORY = join(import.meta.dirname, '../..');
/** Neither root nor the image's own user. */
const OWNER = 20_789;
const HARDENED = ['--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges:true'];

describe.skipIf(needsEngine('docker'))('the image, hardened,', () => {
  const volumes: string[] = [];
  beforeAll(() => buildImage(IMAGE));
  afterAll(async () => {
    for (const volume of volumes) await docker('volume', 'rm', '--force', volume);
  });

  async function newVolume(): Promise<string> {
    const volume = await docker('volume', 'create');
    volumes.push(volume);
    return volume;
  }

  it.each(['file-2026.7.35', 'sqlite-2026.9.6'])('reads the real store %s from a read-only mount', async (name) => {
    const store = ownedStore(name);
    const { text } = await start(['--volume', `${store.stateDir}:/openclaw:ro`]);
    const agents = Object.entries(store.facts.agents).filter(([, { layout }]) => layout !== 'empty');
    expect(agents.length).toBeGreaterThan(0);
    for (const [agent] of agents) expect(text).toContain(`openclaw_store_readable{agent="${agent}"} 1\n`);
    expect(Object.keys(tokens(text)).length).toBeGreaterThan(0);
  });

  it('says as another user that it cannot look, and stays up', async () => {
    const store = ownedStore('file-2026.7.35');
    const { text, name } = await start(['--volume', `${store.stateDir}:/openclaw:ro`], OWNER + 1);
    expect(text).toContain('openclaw_store_state_readable 0\n');
    expect(text).not.toContain('openclaw_store_sessions{');
    expect(await docker('inspect', '--format', '{{.State.Running}}', name)).toBe('true');
  });

  it('keeps the labels of its sessions through SIGTERM and a restart, by the salt on its volume', async () => {
    const store = ownedStore('file-2026.7.35');
    const salt = await newVolume();
    const mounts = [
      '--volume',
      `${store.stateDir}:/openclaw:ro`,
      '--volume',
      `${salt}:/var/lib/openclaw-store-exporter`,
    ];
    const { text, name } = await start(mounts);
    const before = Object.keys(tokens(text));
    // Killed after that, it would not end with 0.
    await docker('stop', '--time', '60', name);
    expect(await docker('inspect', '--format', '{{.State.ExitCode}}', name)).toBe('0');
    await docker('start', name);
    const after = await scanned(name);
    expect(Object.keys(tokens(after))).toEqual(before);
    expect(before.some((labels) => /[0-9a-f]{10}/.test(labels))).toBe(true);
  });

  it('goes on where the disk of its salt is full, and says that labels will change', async () => {
    const store = ownedStore('file-2026.7.35');
    const full = ['--tmpfs', '/var/lib/openclaw-store-exporter:nr_inodes=1'];
    const { text, name } = await start(['--volume', `${store.stateDir}:/openclaw:ro`, ...full]);
    expect(text).toContain('openclaw_store_state_readable 1\n');
    await waitFor('the log', () => logOf(name).includes('The salt of the labels could not be saved'));
  });

  it('follows a database that another container writes to on the same volume', async () => {
    const volume = await newVolume();
    const writer = `writer-${process.pid}`;
    const share = ['--volume', `${volume}:/openclaw`, '--volume', `${REPOSITORY}:/repository:ro`];
    onTestFinished(async () => {
      await docker('rm', '--force', writer);
    });
    const program = ['/repository/test/support/container-writer.ts', '/openclaw'];
    await docker('run', '--detach', '--name', writer, ...share, '--user=0:0', '--entrypoint=node', IMAGE, ...program);
    await waitFor('the writer', async () => (await docker('logs', writer)).includes('commit 1\n'));
    const schedule = ['--env', 'OPENCLAW_STORE_EXPORTER_SCAN_SCHEDULE=* * * * * *'];
    const { name } = await start(['--volume', `${volume}:/openclaw:ro`, ...schedule], 0);
    const seen = new Set<number>();
    await waitFor('five figures', async () => {
      for (const value of Object.values(tokens(await scanned(name)))) seen.add(value);
      await sleep(500);
      return seen.size >= 5;
    });
    const figures = [...seen];
    expect(figures).toEqual(figures.toSorted((one, other) => one - other));
    // A reader that held a lock, or a WAL that was not there to be written, would have ended it.
    expect(await docker('inspect', '--format', '{{.State.Running}}', writer)).toBe('true');
  });
});

function tokens(text: string): Record<string, number> {
  return seriesOf(parseExposition(text), 'openclaw_store_session_tokens');
}

function ownedStore(name: string): UnpackedStore {
  const store = unpackStore(name);
  onTestFinished(() => store.cleanup());
  execFileSync('chown', ['-R', `${OWNER}:${OWNER}`, join(store.stateDir, '..')]);
  return store;
}

/** Starts the image as this user; returns its metrics after the first scan. It is removed when the test is over. */
async function start(args: readonly string[], uid = OWNER) {
  const publish = ['--publish', '127.0.0.1:0:10789'];
  const name = await docker('run', '--detach', ...HARDENED, `--user=${uid}:${uid}`, ...publish, ...args, IMAGE);
  onTestFinished(async () => {
    await docker('rm', '--force', name);
  });
  return { name, text: await scanned(name) };
}

/** What it wrote to stderr. */
function logOf(name: string): string {
  return execFileSync('sh', ['-c', `docker logs ${name} 2>&1`], { encoding: 'utf8' });
}

async function scanned(name: string): Promise<string> {
  return await waitFor('the first scan', async () => {
    const address = (await docker('port', name, '10789')).split('\n')[0];
    const text = await (await fetch(`http://${address}/metrics`)).text();
    return text.includes('openclaw_store_state_readable') && text;
  });
}
