import { describe, expect, it } from 'vitest';
import { needsEngine } from '../support/engines.ts';
import { BUILT } from '../support/exporter.ts';
import { newFolder } from '../support/folder.ts';
import { freePort, startProcess, waitFor, waitForHttp } from '../support/processes.ts';
import { runMain } from '../support/run.ts';
import { createState } from '../support/state.ts';

describe.skipIf(needsEngine('systemdAnalyze'))('--web.systemd-socket', () => {
  it('serves on the sockets that systemd passes', async () => {
    const state = createState({ live: true, kept: true });
    const ports = [await freePort(), await freePort()];
    const running = await startProcess(
      'systemd-socket-activate',
      [
        ...ports.map((port) => `--listen=127.0.0.1:${port}`),
        '--setenv=HOME',
        process.execPath,
        BUILT,
        'serve',
        '--web.systemd-socket',
        `--openclaw.state-dir=${state.dir}`,
      ],
      { env: { HOME: newFolder() } },
    );
    try {
      await waitFor('systemd', () => running.output().includes('Listening on'), running);
      for (const port of ports) await waitForHttp(`http://127.0.0.1:${port}/-/ready`, running);
      await waitFor('the log', () => running.output().includes(`socket=127.0.0.1:${ports[1]}`), running);
    } finally {
      expect(await running.stop()).toEqual({ code: 0, signal: null });
      state.remove();
    }
  });

  it('without one ends with what to do', async () => {
    const { code, stderr } = await runMain(['serve', '--web.systemd-socket', `--openclaw.state-dir=${newFolder()}`]);
    expect(code).toBe(3);
    expect(stderr).toContain('--web.systemd-socket: systemd passed no socket; start it by a .socket unit');
  });
});
