import { appendFileSync, mkdirSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';
import { signatureOf } from '../../src/disk/files.ts';
import { jsonEntries } from '../../src/disk/json-entries.ts';
import { IndexEntry } from '../../src/openclaw/index-entry.ts';
import { readIndex } from '../../src/read/file/index-file.ts';
import { KeptTranscripts } from '../../src/read/file/kept-transcripts.ts';
import { listing, transcriptPath } from '../../src/read/file/transcript-path.ts';
import { newFolder } from '../support/folder.ts';
import { NEEDED } from '../support/last-usage.ts';
import { testScanner } from '../support/scan.ts';
import { NOW } from '../support/sessions.ts';
import { readableAgent } from '../support/snapshot.ts';

const MIB = 1024 * 1024;

function storeWith(entries: object, transcripts: Record<string, string> = {}): string {
  const stateDir = newFolder();
  const folder = join(stateDir, 'agents/ops/sessions');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(transcripts)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'sessions.json'), JSON.stringify(entries));
  return stateDir;
}

describe('an index that is read in parts', () => {
  it('has the same entries whatever the size of the parts', () => {
    const text = '{ "a" : 1 ,\n  "b": [true, {}],\n\n "c": {"sessionId": "é"} }\n';
    for (const content of [text, '{}', '{ }', '{\n}\n']) {
      const bytes = Buffer.from(content);
      const read = (into: Uint8Array, position: number) => {
        const part = bytes.subarray(position, position + into.length);
        into.set(part);
        return part.length;
      };
      for (let part = 1; part <= bytes.length; part += 1) {
        expect(
          [...jsonEntries(read, null, part)].map(([key]) => key),
          `${part}`,
        ).toEqual(Object.keys(JSON.parse(content)));
      }
    }
  });

  it('reads an index in which a part ends right behind a comma', () => {
    const root = newFolder();
    const path = join(root, 'sessions.json');
    const head = '{\n  "a": {"sessionId":"';
    writeFileSync(path, `${head.padEnd(MIB - 3, 'x')}"},\n  "b": {}\n}`);
    expect(readIndex(path, root)).toMatchObject({ found: 'index' });
  });
});

describe('the tokens of the quick scan', () => {
  it.each([
    { total: 160_000, when: 'that would raise an alert', quick: 30_000 },
    { total: 110_000, when: 'that raises none, from the deep scan on', quick: 110_000 },
  ])('do not trust a fresh total of before the newest compaction $when', async ({ total, quick }) => {
    const answer = (input: number) => `{"type":"message","message":{"role":"assistant","usage":{"input":${input}}}}\n`;
    const text = `{"type":"session","id":"s"}\n${answer(total)}{"type":"compaction"}\n${answer(30_000)}`;
    const stateDir = storeWith(
      { 'agent:ops:main': { sessionId: 's', totalTokens: total, totalTokensFresh: true } },
      { 's.jsonl': text },
    );
    const scanner = testScanner(stateDir);
    const tokens = async (scan: 'quick' | 'deep') =>
      readableAgent((await scanner[scan]()).snapshot, 'ops').sessions[0]?.session.tokens;
    expect([await tokens('quick'), await tokens('deep')]).toEqual([quick, 30_000]);
  });
});

describe('a transcript that grows', () => {
  it('reads on when a line crossed a chunk and ended shortly behind it', () => {
    const root = newFolder();
    const path = join(root, 'x.jsonl');
    const header = '{"type":"session","id":"x"}\n';
    writeFileSync(path, `${header}"${'b'.repeat(MIB + 10 - header.length - 3)}"\n`);
    const transcripts = new KeptTranscripts();
    transcripts.startScan(16 * MIB);
    transcripts.look(path, root, signatureOf(path, root), NEEDED);
    const before = transcripts.bytesRead;
    appendFileSync(path, '{"type":"message"}\n');
    transcripts.look(path, root, signatureOf(path, root), NEEDED);
    expect(transcripts.bytesRead - before).toBe('{"type":"message"}\n'.length);
  });
});

describe('a large transcript that is another one now', () => {
  it.each(['replaced', 'shrunk'])('leaves a large transcript that was %s to the deep scan', (how) => {
    const root = newFolder();
    const path = join(root, 'x.jsonl');
    const lines = `"${'x'.repeat(1021)}"\n`;
    writeFileSync(path, lines.repeat(40_000));
    const transcripts = new KeptTranscripts();
    transcripts.startScan(null);
    transcripts.look(path, root, signatureOf(path, root), NEEDED);
    for (const _chunk of transcripts.validate());
    if (how === 'shrunk') truncateSync(path, 30 * MIB);
    else {
      writeFileSync(`${path}.tmp`, lines.repeat(39_999));
      renameSync(`${path}.tmp`, path);
    }
    const before = transcripts.bytesRead;
    transcripts.startScan(16 * MIB);
    expect(transcripts.look(path, root, signatureOf(path, root), NEEDED).summary).toBeNull();
    expect(transcripts.bytesRead - before).toBeLessThanOrEqual(16 * MIB);
  });
});

describe('a path that is null', () => {
  it.each([
    { sessionFile: '/state/agents/ops/sessions/a.jsonl', transcriptPath: null },
    { sessionFile: null, transcriptPath: '/state/agents/ops/sessions/a.jsonl' },
    { sessionId: '' },
    { sessionId: ' ' },
  ])('has no path where one is null or there is nothing to derive it from: %j', (entry) => {
    const folders = {
      stateDir: '/state',
      roots: ['/state'],
      mappings: [],
      links: [],
      own: [listing('/state/agents/ops/sessions', ['a.jsonl'])] as const,
    };
    expect(transcriptPath(IndexEntry.parse(entry), null, folders).flaws).toEqual(['path_null']);
  });
});

describe('a name that no file can have', () => {
  it.each([{ sessionId: 'a\0b' }, { sessionId: 'x'.repeat(10_000) }, { sessionFile: 'x\0.jsonl', sessionId: 'gone' }])(
    'is no problem of the store that an entry names a file that cannot be: %j',
    async (entry) => {
      const stateDir = storeWith({
        'agent:ops:x': { ...entry, totalTokens: 5 },
        'agent:ops:main': { sessionId: 'gone' },
      });
      const { snapshot } = await testScanner(stateDir, { now: () => NOW }).deep();
      const ops = readableAgent(snapshot, 'ops');
      expect(ops.problems).toEqual([]);
      expect(ops.sessions[0]?.findings.map(({ reason }) => reason)).toEqual(['transcript_missing']);
    },
  );
});

describe('a byte order mark', () => {
  it('sees an answer in the first line behind a byte order mark', async () => {
    const text = '\ufeff{"type":"message","message":{"role":"assistant","usage":{"input":5}}}\n';
    const scanner = testScanner(storeWith({ 'agent:ops:main': { sessionId: 's' } }, { 's.jsonl': text }));
    const { snapshot } = await scanner.quick();
    expect(readableAgent(snapshot, 'ops').sessions[0]?.session.tokens).toBe(5);
  });
});

describe('a file in the place of a folder', () => {
  it('does not call a state directory missing whose `agents` is a file', async () => {
    const stateDir = newFolder();
    writeFileSync(join(stateDir, 'agents'), '');
    expect((await testScanner(stateDir).quick()).snapshot.unreadable).not.toBe('missing');
  });
});
