import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/log.ts';
import { reportJson } from '../../src/publish/report/json.ts';
import { reportVerdicts } from '../../src/publish/report/judge.ts';
import { WITHOUT_COLOURS } from '../../src/publish/report/paint.ts';
import { reportTable } from '../../src/publish/report/table.ts';
import { verdicts } from '../../src/publish/verdicts.ts';
import { channelKeys, MARK, MARKED_UUID, marked } from '../support/channel-keys.ts';
import { scanned, stateOf } from '../support/routed.ts';
import { SALT } from '../support/scan.ts';

/** Keys that callers, jobs and hands make, besides those of the channels. */
const OTHERS = [
  MARK,
  `+49170${MARK}`,
  `agent:${MARK}:main`,
  ...[
    '',
    'openai:',
    'openai-user:',
    'hook:',
    'hook:gmail:',
    'explicit:',
    'cron:',
    'cron:daily:run:',
    'acp:',
    'subagent:',
  ]
    .flatMap((before) => [`${before}${MARK}`, `${before}${MARK}:${MARKED_UUID}`])
    .map((rest) => `agent:ops:${rest}`),
  `agent:ops:${MARK}:direct:1`,
  `agent:ops:main:thread:${MARK}`,
  `agent:ops:explicit:${MARKED_UUID}`,
  `agent:ops:${MARKED_UUID}`,
];
/** A store can have a person in any of its texts. */
const FIELDS = {
  chatType: MARK,
  status: MARK,
  model: `/home/${MARK}/model.gguf`,
  modelProvider: `https://${MARK}:secret@llm.example/v1`,
  lastAccountId: MARK,
  space: MARK,
  origin: { provider: MARK, accountId: MARK, from: MARK, to: MARK },
};
const CONFIG = {
  meta: { lastTouchedVersion: `2026.7.35+${MARK}@example.org` },
  agents: { list: [{ id: 'ops', default: true }] },
  bindings: [{ agentId: 'ops', match: { channel: 'telegram', peer: { kind: 'group', id: MARK } } }],
  broadcast: { [MARK]: 5 },
};

async function outputs(salt: Buffer | null): Promise<Record<string, string>> {
  const lines: string[] = [];
  const log = createLog({ level: 'debug', format: 'logfmt', write: (line) => void lines.push(line) });
  const keys = [...channelKeys(marked), ...OTHERS];
  const dir = stateOf(CONFIG, { ops: Object.fromEntries(keys.map((key) => [key, FIELDS])) });
  const { snapshot, checks, labelOf, rendered } = await scanned(dir, { log, settings: { salt } });
  const options = {
    labelOf,
    agent: null,
    kind: null,
    'findings-only': false,
    all: true,
    'show-keys': false,
    stateDir: '/s',
    whyStateDir: 'so',
    deep: true,
    nowMs: 0,
    width: 80,
    paint: WITHOUT_COLOURS,
  };
  const found = verdicts(snapshot, { nowMs: Date.now(), checks });
  return {
    metrics: rendered?.metrics ?? '',
    page: `${rendered?.page.headline}${rendered?.page.html}`,
    json: reportJson(snapshot, checks, found),
    table: reportTable(snapshot, options) + reportVerdicts(found, null, options),
    log: lines.join(''),
  };
}

describe('who is named in keys of every channel, in entries and in the config', () => {
  it('stands in no output', async () => {
    const all = await outputs(SALT);
    for (const [name, text] of Object.entries(all)) {
      expect(text, name).not.toBe('');
      expect(text, name).not.toContain(MARK);
      expect(text, name).not.toContain(MARKED_UUID);
    }
    expect(all.metrics).toContain('channel="telegram"');
  });

  it('is shown with --privacy.peers=plain', async () => {
    const { metrics, json } = await outputs(null);
    for (const text of [metrics, json]) {
      expect(text).toContain(MARK);
      expect(text).toContain(MARKED_UUID);
    }
  });
});
