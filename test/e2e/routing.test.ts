import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { needsEngine } from '../support/engines.ts';
import { type Exporter, sampleValue, scansToSee, startExporter } from '../support/exporter.ts';
import { newFolder } from '../support/folder.ts';
import { deepScanned } from '../support/frozen-exporter.ts';
import { waitFor } from '../support/processes.ts';
import { startPrometheus } from '../support/prometheus.ts';
import { stateOf } from '../support/routed.ts';

const AGENTS = { list: [{ id: 'main', default: true }, { id: 'work' }] };
const CONFIG = { meta: { lastTouchedVersion: '2026.7.35' }, agents: AGENTS };

async function exporterOf(dir: string, flags: readonly string[]): Promise<Exporter> {
  const exporter = await startExporter(dir, { flags });
  onTestFinished(async () => void (await exporter.stop()));
  return exporter;
}

describe('a running exporter', () => {
  const KEY = 'agent:main:telegram:direct:111';
  const STRAY = `openclaw_store_session_finding{agent="main",session="${KEY}",kind="dm",finding="stray",reason="binding",expected_agent="work"}`;
  const STRAYS = 'openclaw_store_stray_sessions{agent="main",reason="binding"}';

  it('shows a stray at the next quick scan after the bindings were changed, and loses it when they are changed back', async () => {
    const bindings = [{ agentId: 'work', match: { channel: 'telegram', peer: { kind: 'direct', id: '111' } } }];
    const dir = stateOf(CONFIG, { main: { [KEY]: {}, 'agent:main:telegram:direct:222': {} } });
    // The one deep scan is that of the start.
    const exporter = await exporterOf(dir, ['--privacy.peers=plain', '--scan.deep-schedule=0 0 1 1 *']);
    await deepScanned(exporter);
    const started = sampleValue(await exporter.metrics(), 'process_start_time_seconds');

    /** Writes a config as OpenClaw does, aside and renamed. */
    function write(config: object): void {
      writeFileSync(join(dir, 'openclaw.json.tmp'), JSON.stringify(config));
      renameSync(join(dir, 'openclaw.json.tmp'), join(dir, 'openclaw.json'));
    }
    const isStray = (text: string) => sampleValue(text, STRAY) === 1 && sampleValue(text, STRAYS) === 1;
    const isHome = (text: string) => !text.includes('finding="stray"') && sampleValue(text, STRAYS) === 0;

    expect(isHome(await exporter.metrics())).toBe(true);
    expect(await scansToSee(exporter, () => write({ ...CONFIG, bindings }), isStray)).toBeLessThanOrEqual(2);
    expect(await scansToSee(exporter, () => write(CONFIG), isHome)).toBeLessThanOrEqual(2);
    expect(sampleValue(await exporter.metrics(), 'process_start_time_seconds')).toBe(started);
  });
});

describe.skipIf(needsEngine('prometheus'))('two gateways', () => {
  /** As it stands on the page: the first block of PromQL. */
  function documentedQuery(): string {
    const page = readFileSync(join(import.meta.dirname, '../../docs/routing.md'), 'utf8');
    const [, query = ''] = /```promql\n([\s\S]*?)```/.exec(page) ?? [];
    return query;
  }

  it('whose exporters share a salt have one peer in common, which the documented query finds, and no other', async () => {
    const folder = newFolder();
    const shared = [`--privacy.salt-file=${join(folder, 'salt')}`];
    const here = stateOf(CONFIG, {
      main: {
        'agent:main:main': {},
        'agent:main:telegram:direct:111': {},
        // Two agents of one gateway.
        'agent:main:telegram:direct:222': {},
        'agent:main:telegram:group:-1001': {},
        'agent:main:whatsapp:direct:+333': {},
        'agent:main:cron:daily': {},
      },
      work: { 'agent:work:telegram:direct:222': {} },
    });
    const there = stateOf(CONFIG, {
      main: {
        'agent:main:main': {},
        'agent:main:telegram:group:-1001': {},
        // The same number, but nobody's that the other has.
        'agent:main:telegram:direct:+333': {},
        'agent:main:telegram:direct:444': {},
        'agent:main:cron:daily': {},
      },
      work: { 'agent:work:telegram:direct:111': {} },
    });
    const first = await exporterOf(here, shared);
    const second = await exporterOf(there, shared);
    const peer = await peerOf(second, 'work');
    const prometheus = await startPrometheus({
      config: `
global: { scrape_interval: 1s }
scrape_configs: [{ job_name: openclaw-store, static_configs: [{ targets: ['${first.address}', '${second.address}'] }] }]
`,
    });
    onTestFinished(async () => void (await prometheus.stop()));
    const sessions = 'count by (instance) (openclaw_store_session_info)';
    // A scrape that comes too late leaves a gap of a second, in which one of them has no peers.
    const counts = await waitFor('both to be scraped', async () => {
      const found = await prometheus.query(sessions);
      return found.length === 2 && found.map(({ value }) => value).toSorted();
    });
    expect(counts).toEqual([6, 7]);
    const common = await waitFor('a peer in common', async () => {
      const found = await prometheus.query(documentedQuery());
      return found.length > 0 && found;
    });
    expect(common).toEqual([{ labels: { peer }, value: 2 }]);
  });

  /** The label of the only session of an agent, without the agent. */
  async function peerOf(exporter: Exporter, agent: string): Promise<string> {
    const text = await exporter.metrics();
    const [, label = ''] =
      new RegExp(`session_info\\{agent="${agent}",session="agent:${agent}:([^"]+)"`).exec(text) ?? [];
    expect(label).toMatch(/^telegram:direct:[0-9a-f]{10}$/);
    return label;
  }
});
