import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  linkSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  DiskError,
  diskError,
  type FileSignature,
  isDirectory,
  isInside,
  namesIn,
  openFile,
  readAt,
  sameSignature,
  signatureOf,
} from '../../src/disk/files.ts';
import { fileFolder } from '../support/folder.ts';
import { asNobody } from '../support/nobody.ts';

const folder = fileFolder();
const root = join(folder, 'root');
const at = (name: string) => join(root, name);

beforeAll(() => {
  mkdirSync(root);
  chmodSync(folder, 0o755);
  writeFileSync(at('file.jsonl'), 'hello');
  writeFileSync(at('empty.jsonl'), '');
  linkSync(at('file.jsonl'), at('hardlink.jsonl'));
  writeFileSync(join(folder, 'outside.jsonl'), 'secret');
  mkdirSync(join(folder, 'root-alike'));
  writeFileSync(join(folder, 'root-alike/x.jsonl'), 'secret');
  mkdirSync(at('folder.jsonl'));
  mkdirSync(at('sub'));
  writeFileSync(at('sub/x.jsonl'), 'below');
  symlinkSync('file.jsonl', at('inside.jsonl'));
  symlinkSync(at('inside.jsonl'), at('twice.jsonl'));
  symlinkSync('sub', at('sub-link'));
  symlinkSync('../root-alike', at('out-link'));
  symlinkSync('out-link', at('out-link-twice'));
  symlinkSync('../outside.jsonl', at('out.jsonl'));
  symlinkSync(join(folder, 'outside.jsonl'), at('out-absolute.jsonl'));
  symlinkSync(at('out.jsonl'), at('out-twice.jsonl'));
  symlinkSync('/dev/zero', at('zero.jsonl'));
  symlinkSync('loop-b.jsonl', at('loop-a.jsonl'));
  symlinkSync('loop-a.jsonl', at('loop-b.jsonl'));
  symlinkSync('self.jsonl', at('self.jsonl'));
  symlinkSync('gone.jsonl', at('dangling.jsonl'));
  symlinkSync('folder.jsonl', at('to-folder.jsonl'));
  execFileSync('mkfifo', [at('fifo.jsonl')]);
  symlinkSync('fifo.jsonl', at('to-fifo.jsonl'));
});

function problemOf(act: () => unknown): string {
  try {
    act();
    return 'none';
  } catch (error) {
    expect(error).toBeInstanceOf(DiskError);
    return error instanceof DiskError ? error.problem : '';
  }
}

describe('openFile and signatureOf', () => {
  it.each([
    ['missing.jsonl', 'missing'],
    ['missing/x.jsonl', 'missing'],
    ['file.jsonl/x.jsonl', 'missing'],
    ['dangling.jsonl', 'missing'],
    ['folder.jsonl', 'not_regular'],
    ['to-folder.jsonl', 'unreadable'],
    ['.', 'not_regular'],
    ['fifo.jsonl', 'not_regular'],
    ['to-fifo.jsonl', 'unreadable'],
    ['inside.jsonl', 'unreadable'],
    ['twice.jsonl', 'unreadable'],
    ['sub-link/x.jsonl', 'unreadable'],
    ['out.jsonl', 'outside'],
    ['out-absolute.jsonl', 'outside'],
    ['out-twice.jsonl', 'outside'],
    ['zero.jsonl', 'outside'],
    ['loop-a.jsonl', 'outside'],
    ['self.jsonl', 'outside'],
    ['out-link/x.jsonl', 'outside'],
    ['out-link-twice/x.jsonl', 'outside'],
    ['out-link/missing.jsonl', 'missing'],
    ['loop-a.jsonl/x.jsonl', 'outside'],
    ['../outside.jsonl', 'outside'],
    ['../root-alike/x.jsonl', 'outside'],
  ])('refuse %s: %s', (name, problem) => {
    expect(problemOf(() => openFile(at(name), root))).toBe(problem);
    expect(problemOf(() => signatureOf(at(name), root))).toBe(problem);
  });

  it.each<[what: string, problem: string, put: (path: string) => void]>([
    ['a link', 'outside', (path) => symlinkSync(join(folder, 'outside.jsonl'), path)],
    ['a pipe, which nobody writes to', 'not_regular', (path) => execFileSync('mkfifo', [path])],
  ])('refuse %s that comes in the place of the file after the look', async (_, problem, put) => {
    const path = at('replaced.jsonl');
    writeFileSync(path, 'hello');
    vi.resetModules();
    vi.doMock('node:fs', async (original) => ({
      ...(await original<typeof import('node:fs')>()),
      openSync(name: string, flags: number) {
        rmSync(path);
        put(path);
        // Without it this test would wait for ever.
        expect(flags & constants.O_NONBLOCK).toBe(constants.O_NONBLOCK);
        return openSync(name, flags);
      },
    }));
    const watched = await import('../../src/disk/files.ts');
    vi.doUnmock('node:fs');
    vi.resetModules();
    expect(() => watched.openFile(path, root)).toThrow(problem);
    rmSync(path);
  });

  it('refuse a device that lies under the root itself', () => {
    expect(problemOf(() => openFile('/dev/zero', '/dev'))).toBe('not_regular');
    expect(problemOf(() => signatureOf('/dev/null', '/dev'))).toBe('not_regular');
  });

  it('refuse a socket', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at('socket.jsonl'), resolve));
    try {
      expect(problemOf(() => openFile(at('socket.jsonl'), root))).toBe('not_regular');
      expect(problemOf(() => signatureOf(at('socket.jsonl'), root))).toBe('not_regular');
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it.each([
    ['file.jsonl', 'hello'],
    ['empty.jsonl', ''],
    ['hardlink.jsonl', 'hello'],
    ['sub/x.jsonl', 'below'],
    ['sub/../file.jsonl', 'hello'],
  ])('take %s', (name, content) => {
    const { size, mtimeMs, ino } = statSync(at(name));
    const signature = { size, mtimeMs, inode: ino };
    using file = openFile(at(name), root);
    expect(file.signature).toEqual(signature);
    expect(readAt(file.fd, 0, 100).toString()).toBe(content);
    expect(signatureOf(at(name), root)).toEqual(signature);
  });

  it('take the root itself when it is a file', () => {
    using file = openFile(at('file.jsonl'), at('file.jsonl'));
    expect(file.signature.size).toBe(5);
  });

  it('say that a file or folder is closed to us', async () => {
    writeFileSync(at('closed.jsonl'), 'x', { mode: 0o000 });
    mkdirSync(at('closed'));
    writeFileSync(at('closed/x.jsonl'), 'x');
    chmodSync(at('closed'), 0o000);
    onTestFinished(() => chmodSync(at('closed'), 0o755));
    await asNobody(() => {
      expect(problemOf(() => openFile(at('closed.jsonl'), root))).toBe('denied');
      expect(problemOf(() => openFile(at('closed/x.jsonl'), root))).toBe('denied');
      expect(problemOf(() => signatureOf(at('closed/x.jsonl'), root))).toBe('denied');
    });
  });

  it('leave no descriptor open', () => {
    const before = nextDescriptor();
    for (let round = 0; round < 20; round += 1) {
      using file = openFile(at('file.jsonl'), root);
      expect(file.fd).toBeGreaterThan(0);
      for (const name of ['fifo.jsonl', 'folder.jsonl', 'out.jsonl', 'missing.jsonl']) {
        problemOf(() => openFile(at(name), root));
      }
    }
    expect(nextDescriptor()).toBe(before);
  });
});

/** The next descriptor that the system gives out. */
function nextDescriptor(): number {
  const fd = openSync(at('file.jsonl'), 'r');
  closeSync(fd);
  return fd;
}

describe('namesIn', () => {
  it.each([
    ['sub', ['x.jsonl']],
    ['folder.jsonl', []],
  ])('of %s', (name, names) => {
    expect(namesIn(at(name), root)).toEqual(names);
  });

  it.each([
    ['missing', 'missing'],
    ['file.jsonl', 'missing'],
    ['fifo.jsonl', 'missing'],
    ['sub-link', 'unreadable'],
    ['..', 'outside'],
    ['out-link', 'outside'],
    ['out-link-twice', 'outside'],
    ['loop-a.jsonl', 'outside'],
  ])('refuses %s: %s', (name, problem) => {
    expect(problemOf(() => namesIn(at(name), root))).toBe(problem);
  });
});

describe('readAt', () => {
  it.each([
    [0, 5, 'hello'],
    [0, 100, 'hello'],
    [1, 3, 'ell'],
    [4, 9, 'o'],
    [5, 9, ''],
    [99, 9, ''],
    [0, 0, ''],
  ])('from %i, %i bytes: %j', (position, length, text) => {
    using file = openFile(at('file.jsonl'), root);
    expect(readAt(file.fd, position, length).toString()).toBe(text);
  });
});

describe('sameSignature', () => {
  const ONE: FileSignature = { size: 1, mtimeMs: 1.5, inode: 7 };

  it.each<[FileSignature | null, FileSignature | null, boolean]>([
    [ONE, { ...ONE }, true],
    [ONE, { ...ONE, size: 2 }, false],
    [ONE, { ...ONE, mtimeMs: 1.6 }, false],
    [ONE, { ...ONE, inode: 8 }, false],
    [ONE, null, false],
    [null, ONE, false],
    [null, null, false],
  ])('%o and %o: %s', (a, b, same) => {
    expect(sameSignature(a, b)).toBe(same);
  });
});

describe('isInside', () => {
  it.each([
    ['/a', '/a', true],
    ['/a/b', '/a', true],
    ['/a/..b', '/a', true],
    ['/a/...', '/a', true],
    ['/ab', '/a', false],
    ['/', '/a', false],
    ['/b', '/a', false],
    ['/a', '/a/b', false],
    ['/a', '/', true],
  ])('%s in %s: %s', (path, parent, inside) => {
    expect(isInside(path, parent)).toBe(inside);
  });
});

describe('isDirectory', () => {
  it.each([
    ['.', true],
    ['sub-link', true],
    ['file.jsonl', false],
    ['missing', false],
    ['dangling.jsonl', false],
    ['fifo.jsonl', false],
  ])('%s: %s', (name, is) => {
    expect(isDirectory(at(name))).toBe(is);
  });
});

describe('diskError', () => {
  it.each([
    ['ENOENT', 'missing'],
    ['ENOTDIR', 'missing'],
    ['EACCES', 'denied'],
    ['EPERM', 'denied'],
    ['ELOOP', 'outside'],
    ['EIO', 'unreadable'],
    ['ESTALE', 'unreadable'],
    ['EMFILE', 'unreadable'],
  ])('of %s is %s, without the path', (code, problem) => {
    const error = diskError(Object.assign(new Error(`${code}: open '/home/ada/x'`), { code }));
    expect(error).toMatchObject({ name: 'DiskError', problem });
    expect(error.message).not.toContain('/');
  });

  it('keeps a DiskError, and throws what is no error of the disk', () => {
    const known = new DiskError('outside');
    expect(diskError(known)).toBe(known);
    expect(() => diskError(new TypeError('a bug'))).toThrow('a bug');
    expect(() => diskError('text')).toThrow();
  });
});
