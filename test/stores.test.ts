import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { STORES, unpackStore } from './support/stores.ts';

describe.each(STORES)('the store %s', (name) => {
  it('unpacks with the times of its freeze and with the transcripts that its facts name', () => {
    const store = unpackStore(name);
    try {
      const files = readdirSync(store.stateDir, { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      );
      expect(files.length).toBeGreaterThan(3);
      for (const file of files) {
        const { mtimeMs } = statSync(join(file.parentPath, file.name));
        expect(Math.round(mtimeMs)).toBe(store.facts.taken_at_ms);
      }
      for (const { transcript, transcript_bytes: bytes } of store.facts.sessions) {
        if (transcript) expect(statSync(join(store.stateDir, transcript)).size).toBe(bytes);
      }
    } finally {
      store.cleanup();
    }
    expect(existsSync(store.stateDir)).toBe(false);
  });
});

it('gives every caller a copy of its own', () => {
  const [first, second] = [unpackStore('file-damaged'), unpackStore('file-damaged')];
  expect(first.stateDir).not.toBe(second.stateDir);
  first.cleanup();
  expect(existsSync(second.stateDir)).toBe(true);
  second.cleanup();
});

it.each(STORES)('%s names the place where its copy lies when it is asked to', (name) => {
  const store = unpackStore(name, { ownPath: true });
  try {
    const paths = readdirSync(store.stateDir, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('sessions.json') || path === 'openclaw.json')
      .map((path) => join(store.stateDir, path));
    const texts = paths.map((path) => readFileSync(path, 'latin1'));
    const foreign = new RegExp(`${RegExp.escape(store.facts.state_dir)}(?![\\w-])`);
    expect(texts.filter((text) => foreign.test(text))).toEqual([]);
    expect(texts.some((text) => text.includes(store.stateDir))).toBe(store.facts.era !== 'sqlite');
    for (const path of paths) expect(Math.round(statSync(path).mtimeMs)).toBe(store.facts.taken_at_ms);
  } finally {
    store.cleanup();
  }
});
