import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { newFolder } from '../support/folder.ts';
import { HEALTHY, twoAgents } from '../support/hostile-stores.ts';
import type { RestlessFiles } from '../support/restless-files.ts';
import { testScanner } from '../support/scan.ts';
import { agentSeries, PLAIN, watcher } from '../support/scans.ts';

const CHANGES = 1000;

/** But those that tell when a file was written. */
function figures(series: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(series).filter(([name]) => !name.includes('_timestamp_')));
}

/** Changes files again and again in a process of its own, at instants that have nothing to do with ours. */
function restless(files: RestlessFiles) {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../support/restless-files.ts'), JSON.stringify(files)],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const end = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(end);
  return { changes: () => (existsSync(files.done) ? Number(readFileSync(files.done, 'utf8')) : 0), end };
}

it.each([
  ['files', ['sessions.json', 'bad-0.jsonl', 'sessions.json.lock']],
  ['database', ['openclaw-agent.sqlite', 'openclaw-agent.sqlite-wal', 'openclaw-agent.sqlite-journal']],
] as const)(
  'beside a store whose %s change, shrink, vanish and are replaced all the while, all is as it was',
  async (era, names) => {
    const state = twoAgents(era);
    const folder = era === 'files' ? state.folder('bad') : join(state.databasePath('bad'), '..');
    const aside = newFolder();
    const scanner = watcher(testScanner(state.dir, PLAIN));
    const healthy = agentSeries(await scanner.deep(), 'main');
    const before = agentSeries(await scanner.deep(), 'bad');
    expect(Object.keys(healthy).filter((series) => series.includes(HEALTHY)).length).toBeGreaterThan(5);
    const first = join(folder, names[0]);
    const files = names.map((name) => ({ path: join(folder, name), copy: join(aside, name) }));
    for (const { path, copy } of files) copyFileSync(existsSync(path) ? path : first, copy);
    const there = new Set(files.filter(({ path }) => existsSync(path)));

    const elsewhere = era === 'files' ? state.indexPath('main') : state.databasePath('main');
    const { changes, end } = restless({ files, elsewhere, fifo: join(aside, 'fifo'), done: join(aside, 'done') });
    const seen = new Set<string>();
    // However few looks a busy machine takes while so much changes: some are taken in the middle of it.
    for (let looks = 0; changes() < CHANGES || (seen.size <= 3 && looks < CHANGES); looks += 1) {
      for (const scan of [scanner.quick, scanner.deep, watcher(testScanner(state.dir, PLAIN)).deep]) {
        const families = await scan();
        expect(agentSeries(families, 'main')).toEqual(healthy);
        seen.add(JSON.stringify(agentSeries(families, 'bad')));
      }
    }
    await end();
    // It was looked at in the middle of it.
    expect(seen.size).toBeGreaterThan(3);
    for (const file of files) {
      rmSync(file.path, { recursive: true, force: true });
      rmSync(`${file.path}.new`, { force: true });
      if (there.has(file)) copyFileSync(file.copy, file.path);
    }
    await scanner.deep();
    expect(figures(agentSeries(await scanner.deep(), 'bad'))).toEqual(figures(before));
  },
);
