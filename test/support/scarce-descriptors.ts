import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { readableAgents, type Snapshot } from '../../src/model/snapshot.ts';
import { SNAPSHOT_FAMILIES } from '../../src/publish/metrics/families.ts';
import { renderFamilies } from '../../src/publish/metrics/render.ts';
import { Supervisor } from '../../src/scan/supervisor.ts';
import { SILENT, testScanner, testSettings } from './scan.ts';
import { NOW } from './sessions.ts';

/**
 * A process that is allowed few descriptors, and uses them up in the midst of its scans of the state directories that it is
 * given. Prints what was told otherwise than it is, and what it did not recover from.
 */
const ROUNDS = 12;
const NUMBER_OF_AGENTS = 4;
/** Figures that come of the sessions of all agents, also of those that cannot be read now. */
const OF_ALL = /^openclaw_store_(duplicate_sessions|session_finding|agents)\b/;

const taken: number[] = [];
const wrong = new Set<string>();
let isScarce = false;
let random = 1;

for (const dir of process.argv.slice(2)) {
  await scanWithout(dir);
  await startWithout(dir);
}
process.stdout.write(JSON.stringify([...wrong]));

async function scanWithout(dir: string): Promise<void> {
  const well = await seriesOf((await scanner(dir).deep()).snapshot);
  for (let round = 0; round < ROUNDS; round += 1) {
    const scans = scanner(dir);
    // The config and where the databases are is known: else an agent is nobody's.
    await scans[round % 2 === 0 ? 'quick' : 'deep']();
    isScarce = true;
    const { snapshot } = await scans[round % 3 === 0 ? 'deep' : 'quick']();
    isScarce = false;
    release();
    for (const agent of readableAgents(snapshot).filter(({ problems }) => problems.length === 0)) {
      for (const series of await seriesOf({ ...snapshot, agents: [agent] })) {
        if (!well.has(series) && !OF_ALL.test(series)) wrong.add(`told: ${series}`);
      }
    }
    if (snapshot.unreadable === null && snapshot.agents.length !== NUMBER_OF_AGENTS) wrong.add('an agent is gone');
    const after = await seriesOf((await scans.deep()).snapshot);
    for (const series of after.symmetricDifference(well)) wrong.add(`stays: ${series}`);
  }
}

/** A scanning process cannot be started; the next scan starts one. */
async function startWithout(dir: string): Promise<void> {
  const supervisor = new Supervisor({
    settings: testSettings(dir),
    // A start takes half a minute where others use the machine, too.
    timeoutMs: 300_000,
    intervals: { quick: 60, deep: 900 },
    log: SILENT,
  });
  take(0);
  supervisor.request('quick');
  if (supervisor.scans.quick.success !== false) wrong.add('a scan without a process is no failure');
  await sleep(10);
  release();
  supervisor.request('quick');
  for (let waits = 0; supervisor.rendered === null && waits < 10_000; waits += 1) await sleep(20);
  if (supervisor.rendered === null) wrong.add('no process was started later');
  supervisor.stop();
}

function scanner(dir: string) {
  return testScanner(dir, { now: () => NOW, settings: { salt: null }, pause, enter: pause });
}

/** Between two pieces of work others take descriptors, and give them back. */
async function pause(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (!isScarce) return;
  release();
  random = (random * 48_271) % 2_147_483_647;
  if (random % 2 === 0) take(random % 3);
}

/** All but so many. */
function take(left: number): void {
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch {
    for (const fd of taken.splice(0, left)) closeSync(fd);
  }
}

function release(): void {
  for (const fd of taken.splice(0)) closeSync(fd);
}

async function seriesOf(snapshot: Snapshot): Promise<Set<string>> {
  const text = await renderFamilies(SNAPSHOT_FAMILIES, snapshot);
  return new Set(text.split('\n').filter((line) => /^openclaw_store_\w+\{.*agent="/.test(line)));
}
