import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { needsEngine } from '../support/engines.ts';
import { buildImage } from '../support/image.ts';
import { type UnpackedStore, unpackStore } from '../support/stores.ts';

const run = promisify(execFile);
const IMAGE = 'openclaw-store-exporter:test-repair';
const INDEX = 'agents/heath/sessions/sessions.json';

/** What the index and its folder were, then what the command did, then what they are. */
const SCRIPT = `
  look() { ls -A "$1/agents/heath/sessions" | sort; cksum < "$1/${INDEX}"; }
  look "$STATE" > /tmp/before
  node /app/dist/main.js repair --openclaw.state-dir "$STATE" --agent heath --apply --yes --gateway-stopped
  echo "exit $?"
  look "$STATE" | cmp /tmp/before - && echo unchanged`;

describe.skipIf(needsEngine('docker'))('repair --apply', () => {
  let store: UnpackedStore;

  beforeAll(async () => {
    await buildImage(IMAGE);
  });
  afterEach(() => store.cleanup());

  it.each<[string, string[], string, RegExp]>([
    [
      'a full disk',
      ['--tmpfs', '/full:size=8m'],
      'cp -r /seed/. /full; touch -d "2 hours ago" /full/$INDEX; dd if=/dev/zero of=/full/fill bs=4k; STATE=/full',
      /the disk is full: make room/,
    ],
    ['a folder that is mounted read-only', [], 'STATE=/seed', /mounted read-only: run this where OpenClaw runs/],
  ])('on %s says so and changes nothing', async (_name, mounts, prepare, message) => {
    store = unpackStore('file-damaged');
    const seed = ['--volume', `${store.stateDir}:/seed:ro`];
    const shell = [
      '--user',
      '0:0',
      '--env',
      `INDEX=${INDEX}`,
      '--entrypoint',
      'sh',
      IMAGE,
      '-c',
      `${prepare}${SCRIPT}`,
    ];
    const { stdout, stderr } = await run('docker', ['run', '--rm', ...seed, ...mounts, ...shell]);
    expect(stderr).toMatch(message);
    expect(stdout).toMatch(/exit 3\nunchanged\n$/);
  });
});
