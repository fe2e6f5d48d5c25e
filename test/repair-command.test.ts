import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jsonMembers } from '../src/disk/json-members.ts';
import { newFolder } from './support/folder.ts';
import { folderState } from './support/folder-state.ts';
import { type Ended, runHere } from './support/run.ts';
import { STORES, storeFacts, type UnpackedStore, unpackStore } from './support/stores.ts';

let store: UnpackedStore;
let out: string;

beforeEach(() => {
  out = newFolder();
});
afterEach(() => {
  store.cleanup();
});

function run(command: string, flags: readonly string[]): Promise<Ended> {
  return runHere([command, `--openclaw.state-dir=${store.stateDir}`, '--privacy.peers=plain', ...flags], {});
}

function repair(...flags: string[]): Promise<Ended> {
  return run('repair', flags);
}

interface ScannedSession {
  readonly agent: string;
  /** Its key: nothing is private here. */
  readonly session: string;
  readonly findings: readonly { readonly finding: string }[];
}

async function scanned(): Promise<readonly ScannedSession[]> {
  return JSON.parse((await run('scan', ['--deep', '--format=json'])).stdout).sessions;
}

function sessionsOf(agent: string): string {
  return join(store.stateDir, 'agents', agent, 'sessions');
}

/** By path: the bytes of every file that is no index, lock or backup. */
function transcripts(): Record<string, string> {
  const files = readdirSync(store.stateDir, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.jsonl'),
  );
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(store.stateDir, name), 'latin1')]));
}

/** By key: the bytes of every entry of an index. */
function entries(path: string): Map<string, string> {
  const bytes = readFileSync(path);
  return new Map(jsonMembers(bytes).members.map(({ key, from, to }) => [key, bytes.toString('latin1', from, to)]));
}

const DAMAGED = STORES.filter(
  (name) =>
    storeFacts(name).era === 'file' &&
    storeFacts(name).sessions.some(({ findings }) => findings.some(({ finding }) => finding === 'corrupted')),
);

describe('repair', () => {
  it('knows of damaged stores of files', () => {
    store = unpackStore('file-damaged');
    expect(DAMAGED).toContain('file-damaged');
  });

  it.each(DAMAGED)('without --apply changes nothing: %s', async (name) => {
    store = unpackStore(name, { ownPath: true });
    const before = folderState(store.stateDir);
    const { code, stdout } = await repair('--gateway-stopped');
    expect(code).toBe(1);
    expect(stdout).toContain('Nothing was changed.');
    expect(folderState(store.stateDir)).toEqual(before);
  });

  it.each(DAMAGED)('takes out every corrupted entry, and nothing else is lost: %s', async (name) => {
    store = unpackStore(name, { ownPath: true });
    const plan = JSON.parse((await repair('--format=json')).stdout);
    const before = { transcripts: transcripts(), sessions: await scanned() };
    const indexes = plan.plans.map(({ index }: { index: string }) => ({
      index,
      bytes: readFileSync(index),
      entries: entries(index),
    }));
    const { code, stderr } = await repair('--apply', '--yes', '--gateway-stopped');
    expect(code).toBe(0);
    expect(transcripts()).toEqual(before.transcripts);
    const isFile = (agent: string) => plan.plans.some(({ agents }: { agents: string[] }) => agents.includes(agent));
    const corrupted = ({ findings }: (typeof before.sessions)[number]) =>
      findings.some(({ finding }) => finding === 'corrupted');
    const taken = before.sessions.filter((each) => isFile(each.agent) && corrupted(each)).map(({ session }) => session);
    expect(stderr.match(/entry taken out/g)).toHaveLength(taken.length);
    const after = await scanned();
    expect(after.filter((each) => isFile(each.agent) && corrupted(each))).toEqual([]);
    expect(after.map(({ session }) => session).toSorted()).toEqual(
      before.sessions
        .map(({ session }) => session)
        .filter((key) => !taken.includes(key))
        .toSorted(),
    );
    for (const { index, bytes, entries: old } of indexes) {
      const backup = readdirSync(join(index, '..')).find((each) => each.startsWith('sessions.json.bak-')) ?? '';
      expect(readFileSync(join(index, '..', backup))).toEqual(bytes);
      expect(entries(index)).toEqual(new Map([...old].filter(([key]: [string]) => !taken.includes(key))));
      expect(statSync(index).mode & 0o777).toBe(0o600);
    }
    expect((await repair('--gateway-stopped')).stdout).toContain('No entry of an index is to be taken out.');
  });

  it('takes out only what is chosen by reason, by agent and by number', async () => {
    store = unpackStore('file-damaged', { ownPath: true });
    const planned = async (...flags: string[]) => {
      const { plans, left } = JSON.parse((await repair('--format=json', ...flags)).stdout);
      return {
        reasons: plans.flatMap(({ entries: each }: { entries: { findings: string[] }[] }) =>
          each.map(({ findings }) => findings),
        ),
        left: left.length,
      };
    };
    expect(await planned('--agent=heath', '--reason=truncated')).toEqual({
      reasons: [['corrupted truncated'], ['corrupted truncated'], ['corrupted truncated']],
      left: 0,
    });
    expect(await planned('--agent=heath', '--max-entries=2')).toMatchObject({ left: 7 });
    expect(await planned('--agent=heath', '--quiet-period=100000h')).toEqual({ reasons: [], left: 9 });
  });

  it('takes out an entry that is named, whatever its findings are', async () => {
    store = unpackStore('file-damaged', { ownPath: true });
    const key =
      storeFacts('file-damaged').sessions.find(({ agent, findings }) => agent === 'heath' && findings.length === 0)
        ?.key ?? '';
    const { code } = await repair(`--session=${key}`, '--apply', '--yes', '--gateway-stopped');
    expect(code).toBe(0);
    expect([...entries(join(sessionsOf('heath'), 'sessions.json')).keys()]).not.toContain(key);
  });

  it.each<[string, string[], RegExp]>([
    ['an agent that there is not', ['--agent=nobody'], /there is no such agent; there are .*heath/],
    ['a session that there is not', ['--session=agent:x:main'], /no session has the key/],
    ['a reason that there is not', ['--reason=rust'], /must be one of .*truncated/],
    ['--apply where nobody can answer', ['--apply'], /add --yes/],
    ['two ways at once', ['--list', '--lost-index'], /at a time/],
    ['a format that it has not', ['--format=prometheus'], /"prometheus" must be one of table, json$/m],
    ['a backup that is none', ['--restore=/etc/hostname'], /is no backup beside an index/],
  ])('refuses %s and changes nothing', async (_name, flags, message) => {
    store = unpackStore('file-damaged', { ownPath: true });
    const before = folderState(store.stateDir);
    const { code, stderr } = await repair(...flags);
    expect(code).toBe(3);
    expect(stderr).toMatch(message);
    expect(folderState(store.stateDir)).toEqual(before);
  });

  it.each(['SESSION', 'REASON'])('does not take an empty variable of %s for every entry', async (name) => {
    store = unpackStore('file-damaged', { ownPath: true });
    const before = folderState(store.stateDir);
    const flags = ['repair', `--openclaw.state-dir=${store.stateDir}`, '--apply', '--yes', '--gateway-stopped'];
    const { code, stderr } = await runHere(flags, { [`OPENCLAW_STORE_EXPORTER_${name}`]: '' });
    expect(code).toBe(3);
    expect(stderr).toContain(`OPENCLAW_STORE_EXPORTER_${name} is empty`);
    expect(folderState(store.stateDir)).toEqual(before);
  });

  it('fails for an index that no lock protects, says so, and does the others', async () => {
    store = unpackStore('file-damaged', { ownPath: true });
    const gorse = join(sessionsOf('gorse'), 'sessions.json');
    writeFileSync(gorse, readFileSync(gorse));
    const { code, stderr } = await repair('--apply', '--yes', '--gateway-stopped');
    expect(code).toBe(3);
    expect(stderr).toMatch(/gorse.*written \d+ seconds ago/);
    expect(stderr).toMatch(/repair ended" taken=9 changed=0 failed=1/);
  });

  it('does the others where one index is JSON5, and says so', async () => {
    store = unpackStore('file-damaged', { ownPath: true });
    // Versions before 2026.2.17 read JSON5.
    const config = join(store.stateDir, 'openclaw.json');
    const wrote = { ...JSON.parse(readFileSync(config, 'utf8')), meta: { lastTouchedVersion: '2026.2.6-3' } };
    writeFileSync(config, JSON.stringify(wrote));
    const gorse = join(sessionsOf('gorse'), 'sessions.json');
    const { atime, mtime } = statSync(gorse);
    writeFileSync(gorse, `// mine\n${readFileSync(gorse, 'utf8')}`);
    utimesSync(gorse, atime, mtime);
    const { code, stderr } = await repair('--apply', '--yes', '--gateway-stopped');
    expect(stderr).toMatch(/gorse.* is no JSON/);
    expect(stderr).toMatch(/repair ended" taken=9 changed=0 failed=0/);
    expect(code).toBe(3);
  });

  it('counts an entry once that is named twice, and says what is left of the chosen ones', async () => {
    store = unpackStore('file-damaged', { ownPath: true });
    const flags = ['--agent=heath', '--apply', '--yes', '--gateway-stopped'];
    const { code, stderr } = await repair(...flags, '--max-entries=2');
    expect(stderr).toMatch(/repair ended" taken=2/);
    expect(code).toBe(1);
    const [key = ''] = entries(join(sessionsOf('heath'), 'sessions.json')).keys();
    utimesSync(join(sessionsOf('heath'), 'sessions.json'), 0, 0);
    expect((await repair(...flags, `--session=${key}`, `--session=${key}`)).stderr).toMatch(/repair ended" taken=1/);
  });

  it('lists the backups that can be read beside what has such a name, and puts back none of those', async () => {
    store = unpackStore('file-damaged', { ownPath: true });
    const folder = sessionsOf('heath');
    mkdirSync(join(folder, 'sessions.json.bak-folder'));
    symlinkSync('/etc/hostname', join(folder, 'sessions.json.bak-link'));
    writeFileSync(join(folder, 'sessions.json.bak-deep'), `{"a":{"b":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`);
    const list = JSON.parse((await repair('--list', '--agent=heath', '--format=json')).stdout);
    expect(
      list.map(({ path, problem, entries: of }: { path: string; problem: string | null; entries: number | null }) => [
        path.slice(folder.length + 1),
        problem,
        of,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['sessions.json.bak-folder', 'not_regular', null],
        ['sessions.json.bak-link', 'outside', null],
        ['sessions.json.bak-deep', null, 1],
      ]),
    );
    const before = folderState(store.stateDir);
    const put = await repair(`--restore=${join(folder, 'sessions.json.bak-link')}`, '--apply', '--yes');
    expect(put).toMatchObject({ code: 3, stderr: expect.stringContaining('must be a regular file') });
    expect(folderState(store.stateDir)).toEqual(before);
  });

  it('says of no index that it is whole where one cannot be read', async () => {
    store = unpackStore('file-damaged', { ownPath: true });
    const index = join(sessionsOf('heath'), 'sessions.json');
    rmSync(index);
    symlinkSync('/etc/hostname', index);
    const { code, stdout, stderr } = await repair('--lost-index', '--agent=heath');
    expect(code).toBe(3);
    expect(stderr).toContain('move away the link');
    expect(stdout).not.toContain('whole');
  });

  it.each([
    ['file-damaged', []],
    ['file-damaged', ['--format=json']],
    ['file-damaged', ['--lost-index', '--format=json']],
    ['sqlite-damaged', []],
    ['sqlite-damaged', ['--format=json']],
  ])('shows keys to nobody but a terminal, or who asked for them: %s %j', async (name, format) => {
    store = unpackStore(name, { ownPath: true });
    const flags = [`--openclaw.state-dir=${store.stateDir}`, ...format];
    const { stdout, stderr } = await runHere(['repair', ...flags], { HOME: out });
    for (const { key } of storeFacts(name).sessions.filter(({ kind }) => kind === 'dm' || kind === 'group'))
      expect(`${stdout}${stderr}`).not.toContain(key.split(':').at(-1));
  });

  it("prints OpenClaw's own commands for a store in a database, and runs none", async () => {
    store = unpackStore('sqlite-damaged');
    const before = folderState(store.stateDir);
    const { stdout } = await repair('--apply', '--yes');
    expect(stdout).toMatch(/openclaw doctor --session-sqlite inspect --session-sqlite-agent \S+ --json/);
    expect(stdout).toMatch(/openclaw sessions archive --agent \S+ --dry-run/);
    expect(folderState(store.stateDir)).toEqual(before);
  });

  it('lists backups, and puts one back after a backup of what it replaces', async () => {
    store = unpackStore('file-damaged', { ownPath: true });
    const index = join(sessionsOf('heath'), 'sessions.json');
    const old = readFileSync(index);
    await repair('--agent=heath', '--apply', '--yes', '--gateway-stopped');
    const repaired = readFileSync(index);
    const [backup] = JSON.parse((await repair('--list', '--agent=heath', '--format=json')).stdout);
    expect(backup).toMatchObject({ entries: 18, returning: { length: 9 }, going: [], changing: [] });
    const past = new Date(Date.now() - 120_000);
    utimesSync(index, past, past);
    const { code } = await repair(`--restore=${backup.path}`, '--apply', '--yes', '--gateway-stopped');
    expect(code).toBe(0);
    expect(readFileSync(index)).toEqual(old);
    const others = readdirSync(sessionsOf('heath')).filter((each) => each.includes('.bak-'));
    expect(others.map((each) => readFileSync(join(sessionsOf('heath'), each)).length).toSorted()).toEqual(
      [repaired.length, old.length].toSorted(),
    );
  });

  it('brings back only what is named', async () => {
    store = unpackStore('file-damaged', { ownPath: true });
    await repair('--agent=heath', '--apply', '--yes', '--gateway-stopped', '--reason=truncated');
    const plan = async (...flags: string[]) =>
      JSON.parse((await repair('--lost-index', '--agent=heath', '--format=json', ...flags)).stdout);
    const [{ found }] = await plan();
    expect(found).toHaveLength(3);
    expect((await plan(`--session=${found[1].session}`))[0].found).toEqual([found[1]]);
    const misspelt = await repair('--lost-index', '--agent=heath', `--session=${found[1].session}x`);
    expect(misspelt).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('no lost entry has') });
  });

  it('writes an index anew from what can still be read of it', async () => {
    store = unpackStore('file-damaged', { ownPath: true });
    const index = join(sessionsOf('heath'), 'sessions.json');
    const keys = [...entries(index).keys()];
    const { atime, mtime } = statSync(index);
    truncateSync(index, statSync(index).size - 20);
    utimesSync(index, atime, mtime);
    const { code } = await repair('--lost-index', '--agent=heath', '--apply', '--yes', '--gateway-stopped');
    expect(code).toBe(0);
    expect([...entries(index).keys()]).toEqual(keys.slice(0, -1));
    expect((await scanned()).filter(({ agent }) => agent === 'heath')).toHaveLength(keys.length - 1);
  });
});

describe('extract', () => {
  const CASES = [
    ['file-2026.2.6-3', 'agent:main:telegram:dm:2200000004'],
    ['sqlite-2026.9.6', 'agent:main:telegram:direct:7100002'],
  ] as const;

  it.each(CASES)('of %s is the same each time, only for its owner, and never written over', async (name, key) => {
    store = unpackStore(name);
    const before = folderState(store.stateDir);
    const paths = [join(out, 'one.md'), join(out, 'two.md')];
    for (const path of paths) expect((await run('extract', [`--session=${key}`, `--out=${path}`])).code).toBe(0);
    const [one = '', two] = paths.map((path) => readFileSync(path, 'utf8'));
    expect(one).toBe(two);
    expect(one).toContain(key);
    expect(one).toMatch(/## Last messages\n\n### (user|assistant)/);
    expect(statSync(paths[0] ?? '').mode & 0o777).toBe(0o600);
    const again = await run('extract', [`--session=${key}`, `--out=${paths[0]}`]);
    expect(again).toMatchObject({ code: 3, stderr: expect.stringContaining('never written over') });
    expect(folderState(store.stateDir)).toEqual(before);
  });

  it('goes into no folder of OpenClaw, by a link neither, unless it is said', async () => {
    store = unpackStore('file-2026.2.6-3');
    const workspace = join(out, 'workspace');
    mkdirSync(workspace);
    const configPath = join(store.stateDir, 'openclaw.json');
    const config = JSON.parse(readFileSync(configPath, 'utf8'));
    config.agents.defaults = { ...config.agents.defaults, workspace };
    writeFileSync(configPath, JSON.stringify(config));
    symlinkSync(workspace, join(out, 'link'));
    const session = `--session=${CASES[0][1]}`;
    for (const path of [join(store.stateDir, 'x.md'), join(workspace, 'x.md'), join(out, 'link', 'x.md')]) {
      expect(await run('extract', [session, `--out=${path}`])).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('--allow-workspace'),
      });
      expect(existsSync(path)).toBe(false);
    }
    expect((await run('extract', [session, `--out=${join(workspace, 'x.md')}`, '--allow-workspace'])).code).toBe(0);
  });

  it('follows no link in the place of the file', async () => {
    store = unpackStore('file-2026.2.6-3');
    const target = join(out, 'target');
    symlinkSync(target, join(out, 'x.md'));
    expect((await run('extract', [`--session=${CASES[0][1]}`, `--out=${join(out, 'x.md')}`])).code).toBe(3);
    expect(existsSync(target)).toBe(false);
  });

  it('needs a session and a file', async () => {
    store = unpackStore('file-2026.2.6-3');
    expect((await run('extract', [])).stderr).toMatch(/needs one --session .* and --out/);
  });
});
