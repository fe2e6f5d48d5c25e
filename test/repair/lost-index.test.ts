import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { lookForLost } from '../../src/repair/lost-index.ts';
import { newFolder } from '../support/folder.ts';
import { folderState } from '../support/folder-state.ts';

let folder: string;

beforeEach(() => {
  folder = newFolder();
});

function write(name: string, content: object | string): void {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
}

function look(isWanted?: (key: string) => boolean) {
  const before = folderState(folder);
  const lost = lookForLost(
    { path: join(folder, 'sessions.json'), root: folder },
    [{ path: folder, root: folder }],
    isWanted,
  );
  expect(folderState(folder)).toEqual(before);
  return {
    ...lost,
    keys: lost.found.map(({ key, from }) => `${key} ${from}`),
    index: JSON.parse(lost.text?.toString() ?? 'null'),
  };
}

const A = { sessionId: 'a', updatedAt: 1 };
const B = { sessionFile: '/host/of/the/gateway/b.jsonl' };
const GONE = { sessionId: 'gone' };

describe('a lost index', () => {
  it('comes back from its backups, the newest entry of each key, where its transcript is there', () => {
    write('a.jsonl', '');
    write('b.jsonl', '');
    write('c.jsonl', '');
    write('sessions.json.bak.1764000000000', { a: { ...A, updatedAt: 0 }, b: B, gone: GONE });
    write('sessions.json.bak-20261129-000000', { a: A });
    expect(look()).toMatchObject({
      problem: 'missing',
      keys: ['a sessions.json.bak-20261129-000000', 'b sessions.json.bak.1764000000000'],
      index: { a: A, b: B },
      withoutTranscript: ['gone'],
      unknownTranscripts: ['c.jsonl'],
    });
  });

  it.each<[string, string, string | null]>([
    ['of 0 bytes', '', 'empty'],
    ['that is cut', JSON.stringify({ a: A, b: B }, null, 2).slice(0, -20), 'damaged'],
    ['that is a list', '[]', 'damaged'],
  ])('%s is told, and what cannot be read is not invented', (_name, text, problem) => {
    write('a.jsonl', '');
    write('sessions.json', text);
    const lost = look();
    expect(lost.problem).toBe(problem);
    expect(lost.index).toEqual(text.includes('"a"') ? { a: A } : null);
    expect(lost.unknownTranscripts).toEqual(text.includes('"a"') ? [] : ['a.jsonl']);
  });

  it('that was replaced by an emptier one keeps what is there and gets back what is lost', () => {
    write('a.jsonl', '');
    write('b.jsonl', '');
    write('sessions.json', { new: { sessionId: 'new' }, a: { ...A, updatedAt: 2 } });
    write('sessions.json.bak', { a: A, b: B, gone: GONE });
    expect(look()).toMatchObject({
      problem: null,
      present: 2,
      keys: ['b sessions.json.bak'],
      index: { new: { sessionId: 'new' }, a: { ...A, updatedAt: 2 }, b: B },
    });
    expect(look((key) => key !== 'b').text).toBeNull();
  });

  it('that is damaged keeps what can be read of it where one entry of a copy is wanted', () => {
    write('b.jsonl', '');
    write('c.jsonl', '');
    write('sessions.json', `${JSON.stringify({ a: A }, null, 2).slice(0, -2)},\n  "x": {`);
    write('sessions.json.bak', { b: B, c: { sessionId: 'c' } });
    expect(look((key) => key === 'b').index).toEqual({ a: A, b: B });
  });

  it('gives no entry whose transcript another entry uses now', () => {
    write('a.jsonl', '');
    write('sessions.json', { renamed: A });
    write('sessions.json.bak', { old: A });
    expect(look()).toMatchObject({ keys: [], text: null });
  });

  it('comes back although copies of it are a folder and a link', () => {
    write('a.jsonl', '');
    write('sessions.json.bak', { a: A });
    mkdirSync(join(folder, 'sessions.json.bak-folder'));
    symlinkSync('/etc/hostname', join(folder, 'sessions.json.bak-link'));
    const lost = look();
    expect(lost).toMatchObject({ keys: ['a sessions.json.bak'], index: { a: A } });
    expect(lost.unreadCopies.toSorted()).toEqual(['sessions.json.bak-folder', 'sessions.json.bak-link']);
  });

  it('finds the transcript of a topic', () => {
    write('a-topic-7.jsonl', '');
    write('sessions.json.bak', { a: A });
    expect(look().keys).toEqual(['a sessions.json.bak']);
  });

  it('is none where every entry is there', () => {
    write('a.jsonl', '');
    write('sessions.json', { a: A });
    write('sessions.json.bak', { a: A });
    expect(look()).toMatchObject({ problem: null, keys: [], text: null });
  });
});
