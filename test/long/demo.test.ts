import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needsEngine } from '../support/engines.ts';
import { newFolder } from '../support/folder.ts';
import { startProcess, waitFor } from '../support/processes.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Command lines of all processes that name this text. */
function processesOf(text: string): string[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const line = /^\d+$/.test(name) ? readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ') : '';
      return line.includes(text) ? [line] : [];
    } catch {
      return [];
    }
  });
}

/** Folders of this demo, by its pid. */
function foldersOf(pid: number): string[] {
  const parent = join(ROOT, '.demo');
  return existsSync(parent) ? readdirSync(parent).filter((name) => name.startsWith(`${pid}-`)) : [];
}

describe.skipIf(needsEngine('prometheus', 'alertmanager'))('npm run demo', () => {
  it('comes to a firing alert, and leaves no process and no file when it is ended', async () => {
    const temporary = newFolder();
    const home = newFolder();
    const demo = await startProcess(process.execPath, ['demo/run.ts'], {
      cwd: ROOT,
      env: { HOME: home, TMPDIR: temporary },
    });
    // The page holds its warning back, where the machine is so late that it comes first.
    await waitFor('an alert', () => /FIRING \w+: OpenClawSessionTokens(?:High|Critical)/.test(demo.output()), demo);
    const text = demo.output();
    const [folder = expect.unreachable('it has no folder')] = foldersOf(demo.pid);
    // The exporter, Prometheus, Alertmanager, and the guard; what one of them starts bears its name for a moment.
    await waitFor('four processes', () => processesOf(folder).length === 4, demo);
    for (const page of ['status page', 'metrics', 'Prometheus', 'Alertmanager']) {
      const [, url = ''] = new RegExp(`^ {2}${page} +(http://127\\.0\\.0\\.1:\\d+/\\S*)$`, 'm').exec(text) ?? [];
      expect((await fetch(url)).status, page).toBe(200);
    }
    const [, alertmanager = ''] = /Alertmanager +(http\S+)/.exec(text) ?? [];
    const alertsUrl = `${alertmanager}api/v2/alerts?active=true`;
    // Where Prometheus is held up for four seconds it is gone until it is sent again.
    await waitFor('the alert', async () => (await (await fetch(alertsUrl)).text()).includes('OpenClawSessionTokens'));
    demo.kill('SIGTERM');
    expect(await demo.exited).toEqual({ code: 0, signal: null });
    expect({
      processes: processesOf(folder),
      folders: foldersOf(demo.pid),
      temporary: readdirSync(temporary),
      home: readdirSync(home),
    }).toEqual({ processes: [], folders: [], temporary: [], home: [] });
    expect(demo.output()).toMatch(/stopped, and nothing is left\n$/);
  });

  it('leaves nothing either when it is killed', async () => {
    const demo = await startProcess(process.execPath, ['demo/run.ts'], { cwd: ROOT });
    await waitFor('it to be up', () => demo.output().includes('What will happen'), demo);
    const [folder = expect.unreachable('it has no folder')] = foldersOf(demo.pid);
    demo.kill('SIGKILL');
    await demo.exited;
    await waitFor('everything to be gone', () => processesOf(folder).length === 0 && foldersOf(demo.pid).length === 0);
  });
});
