import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ExporterError } from '../../src/errors.ts';
import { loadSalt, SALT_WARNINGS, saltPath, saltWarnings } from '../../src/settings/salt.ts';
import { newFolder } from '../support/folder.ts';
import { asNobody, IS_ROOT, NOBODY } from '../support/nobody.ts';

const MODULE = join(import.meta.dirname, '../../src/settings/salt.ts');

let folder: string;

beforeEach(() => {
  folder = newFolder();
  if (IS_ROOT) chownSync(folder, NOBODY, NOBODY);
});
afterEach(() => {
  if (existsSync(join(folder, 'closed'))) chmodSync(join(folder, 'closed'), 0o700);
});

/** Loads the salt as a user whom modes apply to. */
function loadAsNobody(path: string): Promise<ReturnType<typeof loadSalt>> {
  return asNobody(() => loadSalt(path));
}

/** Loads the salt in a process of its own. */
async function loadElsewhere(path: string): Promise<{ salt: string; kept: boolean }> {
  const script = `
    const { loadSalt } = await import(${JSON.stringify(MODULE)});
    const { salt, kept } = loadSalt(${JSON.stringify(path)});
    process.stdout.write(JSON.stringify({ salt: salt.toString('utf8'), kept }));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(await text(child.stdout));
}

/** A folder with this mode, of the user who loads. */
function closedFolder(mode: number, salt?: string): string {
  const closed = join(folder, 'closed');
  mkdirSync(closed);
  if (salt !== undefined) writeFileSync(join(closed, 'salt'), salt);
  if (IS_ROOT) chownSync(closed, NOBODY, NOBODY);
  chmodSync(closed, mode);
  return closed;
}

describe('saltPath', () => {
  it.each([
    ['/given', { STATE_DIRECTORY: '/service', XDG_STATE_HOME: '/xdg' }, '/given'],
    [null, { STATE_DIRECTORY: '/service', XDG_STATE_HOME: '/xdg' }, '/service/salt'],
    [null, { STATE_DIRECTORY: '/first:/second' }, '/first/salt'],
    [null, { XDG_STATE_HOME: '/xdg' }, '/xdg/openclaw-store-exporter/salt'],
    [null, { STATE_DIRECTORY: '', XDG_STATE_HOME: '' }, '/home/me/.local/state/openclaw-store-exporter/salt'],
    [null, {}, '/home/me/.local/state/openclaw-store-exporter/salt'],
  ])('of flag %j and environment %j is %s', (given, env, path) => {
    expect(saltPath(given, env, '/home/me')).toBe(path);
  });
});

describe('loadSalt', () => {
  it('makes a salt once, for its owner only, in folders that it makes too, and keeps it', () => {
    const path = join(folder, 'state', 'deep', 'salt');
    const made = loadSalt(path);
    expect(made.kept).toBe(true);
    expect(made.salt.toString('utf8')).toMatch(/^[0-9a-f]{64}$/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'state')).mode & 0o077).toBe(0);
    const { mtimeMs } = statSync(path);
    expect(loadSalt(path)).toEqual(made);
    expect(statSync(path).mtimeMs).toBe(mtimeMs);
    expect(readdirSync(join(folder, 'state', 'deep'))).toEqual(['salt']);
  });

  it('makes another one in another place', () => {
    expect(loadSalt(join(folder, 'a')).salt).not.toEqual(loadSalt(join(folder, 'b')).salt);
  });

  it('takes what an operator wrote, without the newline of the editor', () => {
    const path = join(folder, 'salt');
    writeFileSync(path, 'shared by all hosts\r\n');
    expect(loadSalt(path)).toEqual({ salt: Buffer.from('shared by all hosts'), kept: true });
    expect(readFileSync(path, 'utf8')).toBe('shared by all hosts\r\n');
  });

  it('takes random bytes as they are: as text half of them would be the same character', () => {
    const path = join(folder, 'salt');
    for (const first of [0xfe, 0xff]) {
      const salt = Buffer.alloc(16, 0xfd).fill(first, 0, 1);
      writeFileSync(path, salt);
      expect(loadSalt(path)).toEqual({ salt, kept: true });
    }
  });

  it.each(['', '\n', '  \n'])('refuses a file that holds only %j, says which and what to do', (content) => {
    const path = join(folder, 'salt');
    writeFileSync(path, content);
    expect(() => loadSalt(path)).toThrow(ExporterError);
    expect(() => loadSalt(path)).toThrow(new RegExp(`${path}.*delete`));
  });

  it('refuses a pipe, a device and what is too large for a salt', () => {
    const path = join(folder, 'salt');
    execFileSync('mkfifo', [path]);
    const links = [path, '/dev/zero'].map((target, at) => {
      const link = join(folder, `link-${at}`);
      symlinkSync(target, link);
      return link;
    });
    for (const bad of [path, '/dev/zero', ...links]) expect(() => loadSalt(bad)).toThrow('no regular file');
    rmSync(path);
    writeFileSync(path, 'x'.repeat(70_000));
    expect(() => loadSalt(path)).toThrow('larger than');
  });

  it('reads one behind a link, as those of Kubernetes are, and makes none behind a link to nothing', () => {
    writeFileSync(join(folder, 'data'), 'kept by the operator');
    symlinkSync(join(folder, 'data'), join(folder, 'salt'));
    expect(loadSalt(join(folder, 'salt')).salt).toEqual(Buffer.from('kept by the operator'));
    symlinkSync(join(folder, 'nothing'), join(folder, 'dangling'));
    expect(loadSalt(join(folder, 'dangling')).kept).toBe(false);
    expect(existsSync(join(folder, 'nothing'))).toBe(false);
  });

  it('refuses a folder of that name', () => {
    expect(() => loadSalt(folder)).toThrow(/--privacy\.salt-file/);
  });

  it('gives several processes that start at once the same salt', async () => {
    const path = join(folder, 'salt');
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => loadElsewhere(path)));
    const salt = readFileSync(path, 'utf8').trim();
    expect(outcomes).toEqual(Array.from({ length: 4 }, () => ({ salt, kept: true })));
    expect(readdirSync(folder)).toEqual(['salt']);
  });

  it('gives the one that another process made just after the look for it', async () => {
    const path = join(folder, 'salt');
    vi.resetModules();
    vi.doMock('../../src/settings/small-file.ts', async (original) => {
      const actual = await original<typeof import('../../src/settings/small-file.ts')>();
      return {
        ...actual,
        smallFileBytes(...look: Parameters<typeof actual.smallFileBytes>) {
          try {
            return actual.smallFileBytes(...look);
          } finally {
            if (!existsSync(path)) writeFileSync(path, 'of another process');
          }
        },
      };
    });
    const { loadSalt: load } = await import('../../src/settings/salt.ts');
    vi.doUnmock('../../src/settings/small-file.ts');
    vi.resetModules();
    expect(load(path)).toEqual({ salt: Buffer.from('of another process'), kept: true });
    expect(readdirSync(folder)).toEqual(['salt']);
  });

  it('refuses a salt that may not be read: with another one every label would change', async () => {
    const path = join(folder, 'salt');
    writeFileSync(path, 'of somebody else', { mode: 0o600 });
    chmodSync(path, 0o000);
    await expect(loadAsNobody(path)).rejects.toMatchObject({
      code: 'E_SALT',
      message: expect.stringContaining('--privacy.salt-file'),
    });
    expect(statSync(path).size).toBe('of somebody else'.length);
  });

  it('reads a salt in a folder that may not be written', async () => {
    const closed = closedFolder(0o555, 'kept by the operator');
    expect(await loadAsNobody(join(closed, 'salt'))).toEqual({ salt: Buffer.from('kept by the operator'), kept: true });
  });

  it('works with one that is not kept where the folder may not be written', async () => {
    const closed = closedFolder(0o555);
    const [first, second] = [await loadAsNobody(join(closed, 'salt')), await loadAsNobody(join(closed, 'salt'))];
    expect(first.kept).toBe(false);
    expect(first.salt.toString('utf8')).toMatch(/^[0-9a-f]{64}$/);
    expect(second).not.toEqual(first);
    expect(readdirSync(closed)).toEqual([]);
  });

  it('works with one that is not kept where the folder may not even be entered', async () => {
    const closed = closedFolder(0o000);
    expect(await loadAsNobody(join(closed, 'folder', 'salt'))).toMatchObject({ kept: false });
  });
});

describe('a salt that', () => {
  const GOOD = 'a salt of sixteen bytes or more';

  /** What is said of a salt file with this content and mode. */
  function warningsOf(content: string, mode = 0o600): string[] {
    const path = join(folder, 'salt');
    writeFileSync(path, content);
    chmodSync(path, mode);
    return saltWarnings(path, loadSalt(path).salt);
  }

  it('is long, closed and the one in use is not warned of, one made just now neither', () => {
    expect(warningsOf(GOOD)).toEqual([]);
    expect(warningsOf(GOOD)).toEqual([]);
    const made = join(folder, 'made');
    expect(saltWarnings(made, loadSalt(made).salt)).toEqual([]);
  });

  it('others can read is warned of', () => {
    expect(warningsOf(GOOD, 0o644)).toEqual([SALT_WARNINGS.othersRead]);
  });

  it('is short is warned of', () => {
    expect(warningsOf('123456789012345')).toEqual([SALT_WARNINGS.short]);
  });

  it('is not the one of the labels in use is warned of once, then it is that one', () => {
    warningsOf(GOOD);
    expect(warningsOf(`another: ${GOOD}`)).toEqual([SALT_WARNINGS.changed]);
    expect(warningsOf(`another: ${GOOD}`)).toEqual([]);
    // The note tells nothing of the salt, and nobody else reads it.
    const note = join(folder, 'salt.in-use');
    expect(readFileSync(note, 'utf8')).toMatch(/^[0-9a-f]{16}\n$/);
    expect(statSync(note).mode & 0o777).toBe(0o600);
  });
});
