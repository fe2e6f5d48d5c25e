import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { lockIndex } from '../../src/repair/index-lock.ts';
import { newFolder } from '../support/folder.ts';

const NOW = Date.UTC(2026, 10, 30);
let folder: string;
let index: string;
let lockPath: string;

beforeEach(() => {
  folder = newFolder();
  index = join(folder, 'sessions.json');
  lockPath = `${index}.lock`;
});

function writeLock(payload: object, ageMs: number): void {
  writeFileSync(lockPath, JSON.stringify(payload));
  utimesSync(lockPath, new Date(NOW - ageMs), new Date(NOW - ageMs));
}

/** A pause that somebody else uses. */
function waiting(duringSleep: () => void = () => {}) {
  return { now: () => NOW, sleep: async () => duringSleep() };
}

describe("OpenClaw's lock of the index", () => {
  it('is taken in the form of both its generations, and given back', async () => {
    {
      using lock = await lockIndex(index, waiting());
      expect(lock.isHeld()).toBe(true);
      expect(JSON.parse(readFileSync(lockPath, 'utf8'))).toMatchObject({
        pid: process.pid,
        createdAt: new Date(NOW).toISOString(),
        startedAt: NOW,
      });
    }
    expect(existsSync(lockPath)).toBe(false);
  });

  it('is waited for while a writer holds it', async () => {
    writeLock({ pid: 1, createdAt: new Date(NOW).toISOString() }, 0);
    let pauses = 0;
    using lock = await lockIndex(
      index,
      waiting(() => {
        pauses += 1;
        if (pauses === 3) rmSync(lockPath);
      }),
    );
    expect(lock.isHeld()).toBe(true);
    expect(pauses).toBe(3);
  });

  it.each([
    ['30 seconds old', { pid: 1 }, 30_001],
    ['of a process of ours that was killed', { pid: 2 ** 22 + 1, by: 'openclaw-store-exporter', host: hostname() }, 0],
  ])('is taken over where it is %s', async (_name, payload, age) => {
    writeLock(payload, age);
    using lock = await lockIndex(index, waiting());
    expect(lock.isHeld()).toBe(true);
  });

  it('has its content from its first moment, and nothing is left beside it', async () => {
    using lock = await lockIndex(index, waiting());
    expect(lock.isHeld()).toBe(true);
    expect(readdirSync(folder)).toEqual(['sessions.json.lock']);
  });

  it('is taken again after who held it removed the file that was to become it', async () => {
    writeLock({ pid: 1 }, 0);
    using lock = await lockIndex(
      index,
      waiting(() => rmSync(lockPath, { force: true })),
    );
    expect(lock.isHeld()).toBe(true);
  });

  it('that is a folder is left where it is', async () => {
    mkdirSync(lockPath);
    utimesSync(lockPath, new Date(0), new Date(0));
    let pauses = 0;
    const isOver = () => {
      pauses += 1;
      if (pauses === 2) throw new Error('waited');
    };
    await expect(lockIndex(index, waiting(isOver))).rejects.toThrow('waited');
    expect(readdirSync(folder)).toEqual(['sessions.json.lock']);
  });

  it('is no longer held when somebody else has it, and stays theirs', async () => {
    {
      using lock = await lockIndex(index, waiting());
      rmSync(lockPath);
      writeLock({ pid: 7 }, 1000);
      expect(lock.isHeld()).toBe(false);
    }
    expect(JSON.parse(readFileSync(lockPath, 'utf8'))).toEqual({ pid: 7 });
  });
});
