import { mkdtempSync, readFileSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { generateSample } from '../../demo/generate.ts';
import { runHere } from '../support/run.ts';

const DOC = join(import.meta.dirname, '../../docs/recovery.md');
/** A command, and what it prints, in two blocks. */
const PAIR = /( *)```sh\n *openclaw-store-exporter (.*)\n *```\n\n *```text\n([\s\S]*?) *```/g;
const MADE = Date.UTC(2026, 10, 30, 12);

/** The document with what its commands print today. */
async function rewritten(text: string, state: string, out: string): Promise<string> {
  let result = text;
  for (const [block, indent = '', line = '', printed = ''] of text.matchAll(PAIR)) {
    const args = line.split(' ').map((arg) => arg.replaceAll('"', '').replace('$STATE', state).replace('$OUT', out));
    const { stdout, stderr } = await runHere([...args, '--privacy.peers=plain'], {});
    const now = `${stdout}${stderr}`
      .replaceAll(state, '$STATE')
      .replaceAll(out, '$OUT')
      .replace(/ts=\S+ /g, '')
      .replace(/\.bak-\d{8}-\d{6}/g, '.bak-20261130-120000')
      .replace(/^(?=.)/gm, indent)
      .trimEnd();
    const before = `${indent}\`\`\`text\n${printed}`;
    result = result.replace(block, () => block.replace(before, () => `${indent}\`\`\`text\n${now}\n`));
  }
  return result;
}

it('every command of docs/recovery.md prints what stands below it (RECOVERY_DOC=write writes it)', async () => {
  const state = realpathSync(mkdtempSync(join(tmpdir(), 'recovery-state-')));
  const out = realpathSync(mkdtempSync(join(tmpdir(), 'recovery-out-')));
  try {
    generateSample(state, MADE);
    // What the commands say depends on how long ago the sample was used.
    vi.useFakeTimers({ toFake: ['Date'], now: MADE });
    const past = new Date(MADE - 3_600_000);
    for (const agent of ['demo-ops', 'demo-broken', 'demo-support'])
      utimesSync(join(state, 'agents', agent, 'sessions/sessions.json'), past, past);
    const text = readFileSync(DOC, 'utf8');
    expect([...text.matchAll(PAIR)].length).toBe(6);
    const now = await rewritten(text, state, out);
    if (process.env.RECOVERY_DOC === 'write') writeFileSync(DOC, now);
    else expect(text).toBe(now);
  } finally {
    vi.useRealTimers();
    for (const folder of [state, out]) rmSync(folder, { recursive: true });
  }
}, 60_000);
