import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { engine, needsEngine } from '../support/engines.ts';
import { BUILT, sampleValue } from '../support/exporter.ts';
import { newFolder } from '../support/folder.ts';
import { freePort, startServer, waitFor } from '../support/processes.ts';
import { stateOf } from '../support/routed.ts';

const CONFIG = { meta: { lastTouchedVersion: '2026.7.35' }, agents: { list: [{ id: 'main', default: true }] } };
/** What node_exporter logs of two equal series. */
const DUPLICATE = 'was collected before with the same name and label values';
const KEY = 'agent:main:telegram:direct:111';

/** Scans a gateway of one session, as a timer would, into `folder`. */
function scanGateway(folder: string, name: string, { tokens, flags }: { tokens: number; flags: string[] }): void {
  const dir = stateOf(CONFIG, { main: { [KEY]: { totalTokens: tokens, totalTokensFresh: true } } });
  const args = ['scan', '--format=prometheus', '--privacy.peers=plain', `--openclaw.state-dir=${dir}`, ...flags];
  execFileSync(process.execPath, [BUILT, ...args, `--output=${join(folder, `${name}.prom`)}`], { stdio: 'pipe' });
}

/** What node_exporter answers of this folder, and what it logs; other collectors are off. */
async function scrapeTextfiles(folder: string): Promise<{ text: string; log: () => string }> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const { output, stop } = await startServer(
    engine('nodeExporter'),
    [
      '--collector.disable-defaults',
      '--collector.textfile',
      `--collector.textfile.directory=${folder}`,
      `--web.listen-address=${url.slice('http://'.length)}`,
    ],
    { folder: newFolder(), readyUrl: `${url}/` },
  );
  onTestFinished(async () => void (await stop()));
  const response = await fetch(`${url}/metrics`);
  return { text: await response.text(), log: output };
}

describe.skipIf(needsEngine('nodeExporter'))('two gateways in one folder of node_exporter', () => {
  it('are told apart by --textfile.label', async () => {
    const folder = newFolder();
    scanGateway(folder, 'a', { tokens: 111, flags: ['--textfile.label', 'gateway=a'] });
    scanGateway(folder, 'b', { tokens: 222, flags: ['--textfile.label', 'gateway=b', '--deep'] });
    const { text, log } = await scrapeTextfiles(folder);

    expect(log()).not.toContain(DUPLICATE);
    expect(sampleValue(text, 'node_textfile_scrape_error')).toBe(0);
    for (const [gateway, tokens] of [
      ['a', 111],
      ['b', 222],
    ]) {
      const series = `openclaw_store_session_tokens{agent="main",gateway="${gateway}",kind="dm",session="${KEY}"}`;
      expect(sampleValue(text, series)).toBe(tokens);
      expect(sampleValue(text, `openclaw_store_scan_success{gateway="${gateway}",scan="quick"}`)).toBe(1);
    }
    // No series of a gateway is without the label that says whose it is.
    expect(text.split('\n').filter((line) => /^openclaw_(?!.*gateway="[ab]")/.test(line))).toEqual([]);
  });

  it('lose the series of one of them without it', async () => {
    const folder = newFolder();
    for (const [name, tokens] of [
      ['a', 111],
      ['b', 222],
    ] as const) {
      scanGateway(folder, name, { tokens, flags: [] });
    }
    const { text, log } = await scrapeTextfiles(folder);
    expect(text.split('\n').filter((line) => line.startsWith('openclaw_store_session_tokens{'))).toHaveLength(1);
    await waitFor('the line about it', () => log().includes(DUPLICATE));
  });
});
