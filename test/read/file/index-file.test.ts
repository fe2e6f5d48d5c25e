import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readIndex } from '../../../src/read/file/index-file.ts';
import { fileFolder, newFolder } from '../../support/folder.ts';
import { testScanner } from '../../support/scan.ts';
import { allSessions } from '../../support/snapshot.ts';

const root = fileFolder();
const path = join(root, 'sessions.json');

function read(content: string | Buffer) {
  writeFileSync(path, content);
  return readIndex(path, root);
}

/** The entries by key: their session id, or null where an entry is no object. */
function idsOf(content: string | Buffer): [string, string | null][] {
  const result = read(content);
  if (result.found !== 'index') return expect.unreachable(JSON.stringify(result));
  return [...result.entries].map(([key, entry]) => [key, entry === null ? null : entry.sessionId]);
}

describe('readIndex', () => {
  it.each([
    ['0 bytes', '', 'index_empty'],
    ['blanks', ' \n', 'index_invalid_json'],
    ['NUL bytes', '\0\0\0\0', 'index_invalid_json'],
    ['a list', '[{"sessionId":"x"}]', 'index_invalid_json'],
    ['a string', '"{}"', 'index_invalid_json'],
    ['a number', '7', 'index_invalid_json'],
    ['null', 'null', 'index_invalid_json'],
    ['a text', 'no JSON', 'index_invalid_json'],
    ['a byte order mark', '\ufeff{}', 'index_invalid_json'],
    ['a comment', '{} // mine', 'index_invalid_json'],
    ['JSON5', "{a: {sessionId: 'x'},}", 'index_invalid_json'],
    ['a trailing comma', '{"a":{"sessionId":"x"},}', 'index_invalid_json'],
    ['half of itself', '{"a":{"sessionId":"x"},"b":{"sess', 'index_invalid_json'],
    ['no end', '{"a":{"sessionId":"x"}', 'index_invalid_json'],
    ['two objects', '{"a":{}}{"b":{}}', 'index_invalid_json'],
    ['one bad entry among good ones', '{"a":{"sessionId":"x"},"b":{x},"c":{}}', 'index_invalid_json'],
    ['a bad entry that is not wanted', '{"a":{"skillsSnapshot":{x}}}', 'index_invalid_json'],
  ])('of %s', (_, content, problem) => {
    expect(read(content)).toMatchObject({ found: 'problem', problem });
  });

  it.each<[what: string, content: string, ids: [string, string | null][]]>([
    ['no entry', '{}', []],
    ['no entry and blanks', ' \r\n\t{ } \n', []],
    [
      'entries in their order',
      '{"b":{"sessionId":"1"},"a":{"sessionId":"2"},"10":{}}',
      [
        ['b', '1'],
        ['a', '2'],
        ['10', null],
      ],
    ],
    [
      'entries that are no objects',
      '{"a":null,"b":"x","c":7,"d":[],"e":true,"f":{"sessionId":"1"}}',
      [
        ['a', null],
        ['b', null],
        ['c', null],
        ['d', null],
        ['e', null],
        ['f', '1'],
      ],
    ],
    [
      'a key twice',
      '{"a":{"sessionId":"1"},"b":{"sessionId":"2"},"a":{"sessionId":"3"}}',
      [
        ['a', '3'],
        ['b', '2'],
      ],
    ],
    ['a key twice, the last no object', '{"a":{"sessionId":"1"},"a":null}', [['a', null]]],
    [
      'keys that objects have',
      '{"__proto__":{"sessionId":"1"},"constructor":{"sessionId":"2"},"toString":{}}',
      [
        ['__proto__', '1'],
        ['constructor', '2'],
        ['toString', null],
      ],
    ],
    ['a field twice', '{"a":{"sessionId":"1","sessionId":"2"}}', [['a', '2']]],
    ['an empty key', '{"":{"sessionId":"1"}}', [['', '1']]],
    ['escapes in a key', '{"\\u0061\\n\\"\\\\":{"sessionId":"1"}}', [['a\n"\\', '1']]],
    ['a lone surrogate', '{"\\ud800":{"sessionId":"1"}}', [['\ud800', '1']]],
  ])('of an index with %s', (_, content, ids) => {
    expect(idsOf(content)).toEqual(ids);
  });

  it('takes invalid UTF-8 inside a string, as OpenClaw does', () => {
    const content = Buffer.concat([Buffer.from('{"a":{"sessionId":"x'), Buffer.from([0xff]), Buffer.from('"}}')]);
    expect(idsOf(content)).toEqual([['a', 'x\ufffd']]);
  });

  it('reads past prompts and reports of any size', () => {
    const large = { prompt: 'é"\\ \u2028'.repeat(200_000), nested: [[{ sessionId: 'wrong' }]] };
    const entry = { skillsSnapshot: large, sessionId: 'right', systemPromptReport: large };
    expect(idsOf(JSON.stringify({ one: entry, two: entry, three: null }, null, 2))).toEqual([
      ['one', 'right'],
      ['two', 'right'],
      ['three', null],
    ]);
  });

  it('has the signature of what it read', () => {
    const result = read('{}');
    const { size, mtimeMs, ino } = statSync(path);
    expect(result).toMatchObject({ found: 'index', signature: { size, mtimeMs, inode: ino } });
  });

  it('says where an index does not parse and quotes nothing of it', () => {
    const result = read('{"hush":{"hush":hush}}');
    expect(result).toMatchObject({ problem: 'index_invalid_json' });
    expect(JSON.stringify(result)).toMatch(/at byte \d+/);
    expect(JSON.stringify(result)).not.toContain('hush');
  });
});

describe('readIndex of what is no file', () => {
  beforeAll(() => {
    mkdirSync(join(root, 'folder.json'));
    execFileSync('mkfifo', [join(root, 'fifo.json')]);
    symlinkSync('/dev/zero', join(root, 'zero.json'));
    symlinkSync('/etc/passwd', join(root, 'out.json'));
    symlinkSync('loop.json', join(root, 'loop.json'));
    symlinkSync('gone.json', join(root, 'dangling.json'));
    writeFileSync(join(root, 'real.json'), '{}');
    symlinkSync('real.json', join(root, 'inside.json'));
  });

  it.each([
    ['missing.json', { found: 'nothing' }],
    ['missing/sessions.json', { found: 'nothing' }],
    ['dangling.json', { found: 'nothing' }],
    ['inside.json', { found: 'problem', problem: 'index_unreadable', detail: 'unreadable' }],
    ['folder.json', { found: 'problem', problem: 'index_unreadable', detail: 'not_regular' }],
    ['fifo.json', { found: 'problem', problem: 'index_unreadable', detail: 'not_regular' }],
    ['zero.json', { found: 'problem', problem: 'index_unreadable', detail: 'outside' }],
    ['out.json', { found: 'problem', problem: 'index_unreadable', detail: 'outside' }],
    ['loop.json', { found: 'problem', problem: 'index_unreadable', detail: 'outside' }],
  ])('%s', (name, result) => {
    expect(readIndex(join(root, name), root)).toMatchObject(result);
  });
});

describe('an index that was edited by hand', () => {
  const INDEX = `{
    // the kitchen's own
    'agent:main:main': { sessionId: 's', updatedAt: 1, },
    "agent:main:other": { totalTokens: 5 },
  }`;

  async function scanned(version: string, index: string) {
    const stateDir = newFolder();
    mkdirSync(join(stateDir, 'agents/main/sessions'), { recursive: true });
    writeFileSync(join(stateDir, 'openclaw.json'), JSON.stringify({ meta: { lastTouchedVersion: version } }));
    writeFileSync(join(stateDir, 'agents/main/sessions/sessions.json'), index);
    const scanner = testScanner(stateDir);
    const { snapshot } = await scanner.quick();
    await scanner.quick();
    const problems = snapshot.agents.flatMap((agent) => agent.problems);
    return { sessions: allSessions(snapshot).length, problems, reads: scanner.counts.indexReads };
  }

  it('is healthy to the versions that read JSON5, and read once while it stays as it is', async () => {
    expect(await scanned('2026.2.6-3', INDEX)).toEqual({ sessions: 2, problems: [], reads: 1 });
  });

  it('has no more sessions than one in JSON', async () => {
    const index = `{${Array.from({ length: 100_001 }, (_, at) => `a${at.toString(36)}:0,`).join('')}}`;
    expect(await scanned('2026.2.6-3', index)).toEqual({ sessions: 0, problems: ['index_unreadable'], reads: 1 });
  });

  it.each([
    ['a later version', '2026.2.17', INDEX],
    ['an unknown version', 'unknown', INDEX],
    ['no JSON5 either', '2026.2.6-3', '{ a: '],
    ['JSON5, but no object', '2026.2.6-3', '[1,]'],
    ['JSON5 of more than 1 MiB', '2026.2.6-3', `${INDEX}//${'x'.repeat(1024 * 1024)}`],
  ])('is invalid to %s', async (_, version, index) => {
    expect(await scanned(version, index)).toEqual({ sessions: 0, problems: ['index_invalid_json'], reads: 1 });
  });
});
