import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Exporter, sampleValue, startExporter } from '../support/exporter.ts';
import { startedBy } from '../support/pair-memory.ts';
import { logged, waitFor } from '../support/processes.ts';
import { createState, type State } from '../support/state.ts';

const GROUP = 'agent:main:telegram:group:-100123';
const RELOADED = 'openclaw_store_exporter_config_last_reload_successful';
const RELOADED_AT = 'openclaw_store_exporter_config_last_reload_success_timestamp_seconds';

let state: State;
let exporter: Exporter;
let configFile: string;

beforeAll(async () => {
  state = createState({ live: true, kept: true });
  state.addSession(GROUP, { totalTokens: 20_000 });
  configFile = join(state.dir, 'exporter.yml');
  writeFileSync(configFile, 'privacy: { peers: plain }\n');
  // Once a year: what changes in the figures comes of a reload.
  exporter = await startExporter(state.dir, { schedule: '0 0 1 1 *', flags: [`--config.file=${configFile}`] });
});

afterAll(async () => {
  await exporter.stop();
  state.remove();
});

function reload(text: string): void {
  writeFileSync(configFile, text);
  process.kill(exporter.running.pid, 'SIGHUP');
}

/** Loads another threshold again, and waits until it is in force: what was before is over. */
async function reloadThreshold(tokens: number): Promise<void> {
  reload(`privacy: { peers: plain }\nthresholds: [{ kind: group, tokens: { warning: ${tokens} } }]\n`);
  await metricsWith((text) => text.includes(`threshold_tokens{kind="group",severity="warning"} ${tokens}\n`));
}

/** The page as soon as it says what is asked for. */
async function metricsWith(isRight: (text: string) => boolean): Promise<string> {
  let text = '';
  await waitFor('the metrics after a reload', async () => {
    text = await exporter.metrics();
    return isRight(text);
  });
  return text;
}

describe('SIGHUP', () => {
  it('loads the config file again: thresholds and what else it says are in force at once', async () => {
    const before = await exporter.metrics();
    expect(sampleValue(before, RELOADED)).toBe(1);
    expect(before).not.toContain('session_threshold_tokens');
    const loadedAt = sampleValue(before, RELOADED_AT) ?? 0;
    expect(Math.abs(loadedAt - Date.now() / 1000)).toBeLessThan(600);

    reload('privacy: { peers: plain }\nthresholds: [{ kind: group, tokens: { warning: 10000 } }]\n');
    const own = `openclaw_store_session_threshold_tokens{agent="main",session="${GROUP}",kind="group",severity="warning"}`;
    const after = await metricsWith((text) => sampleValue(text, own) === 10_000);
    expect(sampleValue(after, 'openclaw_store_threshold_tokens{kind="group",severity="warning"}')).toBe(10_000);
    expect(sampleValue(after, 'openclaw_store_threshold_tokens{kind="group",severity="critical"}')).toBe(150_000);
    expect(after).not.toMatch(/session_threshold_tokens\{[^}]*severity="critical"/);
    expect(sampleValue(after, RELOADED_AT)).toBeGreaterThan(loadedAt);
    expect(await (await fetch(exporter.url)).text()).toContain('tokens (warning)');
  });

  it('refuses a bad file, says so, and keeps the one before', async () => {
    reload('thresholds: [{ kind: chat, tokens: { warning: 1 } }]\n');
    const after = await metricsWith((text) => sampleValue(text, RELOADED) === 0);
    expect(sampleValue(after, 'openclaw_store_threshold_tokens{kind="group",severity="warning"}')).toBe(10_000);
    await logged(/exporter\.yml, line 1: thresholds\[0\]\.kind must be one of main/, exporter.running);
  });

  it('recovers with the next good one, and names what only a restart can change', async () => {
    reload('privacy: { peers: plain }\nlog: { level: error }\nscan: { deep-schedule: "0 0 * * *" }\n');
    const after = await metricsWith((text) => sampleValue(text, RELOADED) === 1);
    expect(sampleValue(after, 'openclaw_store_scan_interval_seconds{scan="deep"}')).toBe(86_400);
    await logged(/next start only.*setting=log\.level/, exporter.running);
    const page = await (await fetch(exporter.url)).text();
    expect(page).toContain('--log.level was changed, and takes effect at the next start of the exporter only.');
    expect(page).toContain('<code>info</code> (at the next start: <code>error</code>)');
    await metricsWith((text) => !text.includes('session_threshold_tokens'));
  });

  it('looks for nothing on the disk of the gateway, which may not answer: only the scanning process may wait for it', async () => {
    const [now, other] = ['openclaw.json', 'clawdbot.json'].map((name) => join(state.dir, name));
    renameSync(String(now), String(other));
    await reloadThreshold(9000);
    // Whoever looked now would find the other one.
    expect(await (await fetch(exporter.url)).text()).not.toContain('clawdbot.json');
    renameSync(String(other), String(now));
  });

  it('300 times is loaded once a second, and the last file counts', async () => {
    const before = exporter.running.output().length;
    const begunAt = performance.now();
    for (let at = 0; at < 300; at += 1) {
      reload(`privacy: { peers: plain }\nthresholds: [{ kind: group, tokens: { warning: ${10_000 + at} } }]\n`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await metricsWith((text) => text.includes('threshold_tokens{kind="group",severity="warning"} 10299\n'));
    const seconds = (performance.now() - begunAt) / 1000;
    const output = exporter.running.output().slice(before);
    // One more at the beginning and at the end; a timer may come a little early.
    expect(output.match(/settings were loaded again/g)?.length ?? 0).toBeLessThan(seconds * 1.1 + 3);
    expect(output).not.toMatch(/scan skipped/);
  });
});

it('SIGUSR1 opens no debugger in either process: every user of the machine could run code in it', async () => {
  const { pid, output } = exporter.running;
  for (const each of [pid, ...startedBy(pid)]) process.kill(each, 'SIGUSR1');
  await reloadThreshold(8000);
  expect(output()).not.toMatch(/debugger|inspector/i);
});

it('SIGHUPs until the last moment do not change how SIGTERM ends it', async () => {
  exporter.running.kill('SIGTERM');
  let exit: unknown = null;
  void exporter.running.exited.then((how) => {
    exit = how;
  });
  while (exit === null) {
    exporter.running.kill('SIGHUP');
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(exit).toEqual({ code: 0, signal: null });
});
