import { renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createLog } from '../../src/log.ts';
import { WebConfigInForce } from '../../src/settings/web-config-in-force.ts';
import { createAuthority, type KeyPair, someHash } from '../support/certificates.ts';
import { newFolder, putFile } from '../support/folder.ts';

let first: KeyPair;
let second: KeyPair;

beforeAll(async () => {
  const authority = await createAuthority();
  [first, second] = await Promise.all([authority.server(), authority.server()]);
});

const TLS = 'tls_server_config: { cert_file: server.crt, key_file: server.key }\n';

function start(text = TLS) {
  const folder = newFolder();
  const path = putFile(join(folder, 'web.yml'), text);
  put(folder, first);
  const lines: string[] = [];
  const log = createLog({ level: 'info', format: 'logfmt', write: (line) => lines.push(line) });
  const web = new WebConfigInForce(path, log);
  return {
    folder,
    path,
    web,
    /** What was logged since the last time, after the files were looked at often enough for their times to be old. */
    async logged(): Promise<string[]> {
      for (let looks = 0; looks < 4; looks += 1) {
        await web.look();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return lines.splice(0).map((line) => line.replace(/^ts=\S+ /, '').trim());
    },
  };
}

function put(folder: string, { cert, key }: KeyPair): void {
  writeFileSync(join(folder, 'server.crt'), cert);
  writeFileSync(join(folder, 'server.key'), key);
}

const AGAIN = 'level=info msg="the web config was loaded again"';
const NOT_LOADED =
  /^level=error msg="the web config could not be loaded again: the one before stays in force" err="(.*)"$/;

describe('the web config in force', () => {
  it('is the same object while its files are as they are', async () => {
    const { web, logged, folder } = start();
    const { config } = web;
    expect(await logged()).toEqual([]);
    put(folder, first);
    expect(await logged()).toEqual([]);
    expect(web.config).toBe(config);
  });

  it('follows certificate and key, written in their place, renamed over, or behind a link as in Kubernetes', async () => {
    const { web, logged, folder } = start();
    put(folder, second);
    expect(await logged()).toEqual([AGAIN]);
    expect(web.config.tls?.context.cert).toBe(second.cert);

    const incoming = newFolder();
    put(incoming, first);
    for (const name of ['server.crt', 'server.key']) renameSync(join(incoming, name), join(folder, name));
    expect(await logged()).toEqual([AGAIN]);
    expect(web.config.tls?.context.cert).toBe(first.cert);

    const [one, two] = [newFolder(), newFolder()];
    put(one, first);
    put(two, second);
    symlinkSync(one, join(folder, '..data'));
    for (const name of ['server.crt', 'server.key']) {
      rmSync(join(folder, name));
      symlinkSync(join('..data', name), join(folder, name));
    }
    expect(await logged()).toEqual([]);
    symlinkSync(two, join(folder, 'next'));
    renameSync(join(folder, 'next'), join(folder, '..data'));
    expect(await logged()).toEqual([AGAIN]);
    expect(web.config.tls?.context.cert).toBe(second.cert);
  });

  it('holds one thread of Node, and not all of them, where the disk of its files does not answer', async () => {
    const looks = vi.fn(() => new Promise(() => undefined));
    vi.resetModules();
    vi.doMock('node:fs/promises', () => ({ stat: looks }));
    const { WebConfigInForce: Fresh } = await import('../../src/settings/web-config-in-force.ts');
    vi.doUnmock('node:fs/promises');
    vi.resetModules();
    const { path } = start();
    const web = new Fresh(path, createLog({ level: 'info', format: 'logfmt', write: () => undefined }));
    for (let times = 0; times < 3; times += 1) void web.look();
    expect(looks).toHaveBeenCalledTimes(1);
  });

  it('follows users and headers', async () => {
    const { web, logged, path } = start(`basic_auth_users: { one: '${someHash()}' }\n`);
    const hash = someHash(16);
    writeFileSync(
      path,
      `basic_auth_users: { two: '${hash}' }\nhttp_server_config: { headers: { X-Frame-Options: deny } }\n`,
    );
    expect(await logged()).toEqual([
      AGAIN,
      expect.stringContaining('level=warn msg="A password in --web.config.file has'),
    ]);
    expect(web.config.users).toEqual(new Map([['two', hash]]));
    expect(web.config.headers).toEqual({ 'X-Frame-Options': 'deny' });
    expect(web.warnings).toHaveLength(1);
  });

  it.each<[string, (folder: string) => void, string]>([
    ['a certificate that is none', (folder) => writeFileSync(join(folder, 'server.crt'), 'x'), 'holds no certificate'],
    [
      'a certificate without its key',
      (folder) => writeFileSync(join(folder, 'server.crt'), second.cert),
      'is not the key of',
    ],
    [
      'a key that is gone',
      (folder) => unlinkSync(join(folder, 'server.key')),
      'there is no such file or folder, ENOENT',
    ],
    ['a key that is unknown', (folder) => writeFileSync(join(folder, 'web.yml'), `${TLS}user: x\n`), 'user is no key'],
    ['TLS taken out', (folder) => writeFileSync(join(folder, 'web.yml'), '{}'), 'takes effect at the next start only'],
    ['a file that is gone', (folder) => unlinkSync(join(folder, 'web.yml')), 'there is no such file or folder, ENOENT'],
  ])('stays with %s, says so once, and follows when it is repaired', async (_, damage, problem) => {
    const { web, logged, folder, path } = start();
    const { config } = web;
    damage(folder);
    const [said = '', ...others] = await logged();
    expect(others).toEqual([]);
    expect(NOT_LOADED.exec(said)?.[1]).toContain(problem);
    expect(await logged()).toEqual([]);
    expect(web.config).toBe(config);
    expect(web.refused).toContain(problem);
    writeFileSync(path, TLS);
    put(folder, second);
    expect(await logged()).toEqual([AGAIN]);
    expect(web.config.tls?.context.cert).toBe(second.cert);
    expect(web.refused).toBe(null);
  });
});
