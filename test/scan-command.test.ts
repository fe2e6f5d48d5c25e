import {
  closeSync,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseExposition, seriesOf } from './support/exposition.ts';
import { newFolder } from './support/folder.ts';
import { type Ended, runHere, runMain } from './support/run.ts';
import { createState, type State } from './support/state.ts';
import { unpackStore } from './support/stores.ts';

let state: State;
let folder: string;

beforeEach(() => {
  state = createState({ live: true });
  folder = newFolder();
});

/** Scans the state of the test. */
function scan(flags: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return runHere(['scan', `--openclaw.state-dir=${state.dir}`, ...flags], env);
}

/** Everything of a folder that a write would change. */
function tree(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .map((name) => {
      const { mode, size, mtimeMs, uid, ino } = lstatSync(join(path, name));
      return [name, mode, size, mtimeMs, uid, ino].join(' ');
    });
}

describe('the exit code of a scan', () => {
  it('is 0 of a healthy state, which is printed as a table without colours or keys', async () => {
    state.addSession('agent:main:telegram:direct:4242');
    const { code, stdout, stderr } = await scan();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^agent:main:telegram:direct:[0-9a-f]{10}\n +700 +200,000 +0 % +\d+ +now +dm$/m);
    for (const hidden of ['4242', '\u001b']) expect(stdout).not.toContain(hidden);
    expect((await scan(['--show-keys'])).stdout).toContain('    key agent:main:telegram:direct:4242\n');
  });

  it('is 1 where there are warnings', async () => {
    state.addSession('agent:main:main', { totalTokens: 150_001, contextTokens: 1_000_000 });
    const { code, stdout } = await scan();
    expect(code).toBe(1);
    expect(stdout).toContain('tokens (warning)');
  });

  it('is 2 where something is critical', async () => {
    state.addSession('agent:main:main', { totalTokens: 200_000, contextTokens: 200_000 });
    const before = await scan();
    expect(before.code).toBe(2);
    expect(before.stdout).toContain('tokens (critical)');
    // That of the process too, and what it prints; while it starts, the session may become a minute old.
    const { code, stdout } = await runMain(['scan', `--openclaw.state-dir=${state.dir}`]);
    expect(code).toBe(2);
    expect([before.stdout, (await scan()).stdout]).toContain(stdout);
  });

  it('is 2 where a store cannot be read, and the others are shown', async () => {
    state.addSession('agent:main:main');
    mkdirSync(join(state.dir, 'agents', 'bad', 'sessions'), { recursive: true });
    writeFileSync(join(state.dir, 'agents', 'bad', 'sessions', 'sessions.json'), '{"a":');
    const { code, stdout } = await scan();
    expect(code).toBe(2);
    expect(stdout).toMatch(/^bad +file +- +- +index_invalid_json$/m);
    expect(stdout).toContain('agent:main:main');
  });

  it.each(['table', 'json', 'prometheus'])('is 3 where there is no state directory, as %s', async (format) => {
    const { code, stdout } = await runHere(['scan', `--openclaw.state-dir=${folder}/missing`, `--format=${format}`]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/missing/);
  });

  it('is 0 where only sessions without series are to be known, and the table says how many', async () => {
    for (const peer of ['1', '2', '3']) state.addSession(`agent:main:telegram:direct:${peer}`);
    const { code, stdout } = await scan(['--session.limit=1']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^info: agent main: 2 sessions without series: /m);
    const alerts: unknown[] = JSON.parse((await scan(['--session.limit=1', '--format=json'])).stdout).alerts;
    expect(alerts).toContainEqual(
      expect.objectContaining({ alert: 'OpenClawSessionsWithoutSeries', severity: 'info' }),
    );
  });

  it('is the same for every format', async () => {
    state.addSession('agent:main:main', { totalTokens: 200_001, contextTokens: 1_000_000 });
    for (const format of ['table', 'json', 'prometheus']) expect((await scan([`--format=${format}`])).code).toBe(2);
  });
});

describe('a scan for the textfile collector', () => {
  it('holds only openclaw_store_ metrics about the stores', async () => {
    state.addSession('agent:main:main');
    const { code, stdout } = await scan(['--format=prometheus']);
    expect(code).toBe(0);
    const families = parseExposition(stdout);
    for (const name of families.keys()) expect(name).toMatch(/^openclaw_store_(?!exporter_|scanner_)/);
    expect(Object.values(seriesOf(families, 'openclaw_store_session_tokens'))).toEqual([700]);
    expect(seriesOf(families, 'openclaw_store_scan_success')).toEqual({ 'scan="quick"': 1 });
    expect(families.has('openclaw_store_session_messages')).toBe(false);
    expect(families.has('openclaw_store_threshold_tokens')).toBe(true);
    expect(families.has('openclaw_store_check_success')).toBe(true);
  });

  it('has what only a deep scan knows with --deep', async () => {
    state.addSession('agent:main:main');
    writeFileSync(state.transcriptPath('agent:main:main'), '{"type":"message"}\n{"half\n', { flag: 'a' });
    const { code, stdout } = await scan(['--format=prometheus', '--deep']);
    expect(code).toBe(1);
    const families = parseExposition(stdout);
    expect(Object.values(seriesOf(families, 'openclaw_store_session_messages'))).toEqual([3]);
    expect(seriesOf(families, 'openclaw_store_scan_success')).toEqual({ 'scan="quick"': 1, 'scan="deep"': 1 });
    expect(seriesOf(families, 'openclaw_store_corrupted_sessions')).toMatchObject({
      'agent="main",reason="invalid_json"': 1,
      'agent="main",reason="truncated"': 0,
    });
  });

  it('is valid where two keys become one label', async () => {
    state.addSession('agent:main:\ud800');
    state.addSession('agent:main:\udfff');
    const { stdout } = await scan(['--format=prometheus', '--privacy.peers=plain']);
    const families = parseExposition(stdout);
    expect(seriesOf(families, 'openclaw_store_sessions_without_series')).toEqual({ 'agent="main"': 1 });
    expect(seriesOf(families, 'openclaw_store_session_tokens')).toEqual({
      'agent="main",session="agent:main:\ufffd",kind="other"': 700,
    });
  });

  it('has no zero for a check that is off', async () => {
    const { stdout } = await scan(['--format=prometheus', '--deep', '--no-check.truncated']);
    expect(stdout).not.toMatch(/truncated/);
    expect(stdout).toContain('reason="invalid_json"} 0');
  });
});

describe('--output', () => {
  it('writes the whole file in place of the one before, for everybody to read, and exits 0 whatever was found', async () => {
    state.addSession('agent:main:main', { totalTokens: 200_001, contextTokens: 1_000_000 });
    const path = join(folder, 'openclaw.prom');
    const before = 'a reader is half through this\n';
    writeFileSync(path, before);
    const reader = openSync(path, 'r');
    const ended = await scan(['--format=prometheus', `--output=${path}`]);
    expect(ended).toEqual({ code: 0, stdout: '', stderr: '' });
    // Who has the old file open still reads the old one: it was replaced, not overwritten.
    const old = Buffer.alloc(before.length);
    readSync(reader, old);
    expect(old.toString()).toBe(before);
    expect(fstatSync(reader).nlink).toBe(0);
    closeSync(reader);
    expect(parseExposition(readFileSync(path, 'utf8')).has('openclaw_store_session_tokens')).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o644);
    expect(readdirSync(folder)).toEqual(['openclaw.prom']);
  });

  it.each([
    [['--format=prometheus'], 0o644],
    [['--format=prometheus', '--privacy.peers=plain'], 0o600],
    [['--format=json'], 0o600],
    [['--format=table'], 0o600],
  ])(
    'at a umask of 077, %j has the mode %o: node_exporter is another user, who may read digests',
    async (flags, mode) => {
      const path = join(folder, 'out');
      writeFileSync(path, 'before', { mode: 0o600 });
      const before = process.umask(0o077);
      try {
        expect((await scan([...flags, `--output=${path}`])).code).toBe(0);
      } finally {
        process.umask(before);
      }
      expect(statSync(path).mode & 0o777).toBe(mode);
    },
  );

  it('writes table and json too, without keys', async () => {
    state.addSession('agent:main:telegram:direct:4242');
    for (const format of ['table', 'json']) {
      const path = join(folder, format);
      expect((await scan([`--format=${format}`, `--output=${path}`])).code).toBe(0);
      expect(readFileSync(path, 'utf8')).toMatch(/agent:main:telegram:direct:[0-9a-f]{10}/);
    }
  });

  it('exits 3 where the state cannot be read, and says so in the file', async () => {
    const path = join(folder, 'openclaw.prom');
    const args = ['scan', `--openclaw.state-dir=${folder}/missing`, '--format=prometheus', `--output=${path}`];
    expect((await runHere(args)).code).toBe(3);
    const families = parseExposition(readFileSync(path, 'utf8'));
    expect(seriesOf(families, 'openclaw_store_state_readable')).toEqual({ '': 0 });
    expect(families.has('openclaw_store_sessions')).toBe(false);
  });

  it.each([
    ['a folder that is missing', 'missing/openclaw.prom'],
    ['a folder that is a file', 'a-file/openclaw.prom'],
    ['a name that is a folder', 'a-folder'],
  ])('exits 3 for %s, says where, and leaves nothing', async (_, name) => {
    writeFileSync(join(folder, 'a-file'), '');
    mkdirSync(join(folder, 'a-folder'));
    const path = join(folder, name);
    const { code, stdout, stderr } = await scan([`--output=${path}`]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^openclaw-store-exporter: the output cannot be written: .*\n$/);
    expect(stderr).toContain(path);
    expect(readdirSync(folder).toSorted()).toEqual(['a-file', 'a-folder']);
  });
});

describe('a scan', () => {
  it.each(['file-damaged', 'file-2026.2.6-3'])('changes nothing in %s', async (name) => {
    const store = unpackStore(name);
    try {
      const before = tree(store.stateDir);
      const { code } = await runHere(['scan', `--openclaw.state-dir=${store.stateDir}`, '--deep', '--format=json']);
      expect(code).toBeLessThan(3);
      expect(tree(store.stateDir)).toEqual(before);
    } finally {
      store.cleanup();
    }
  });

  it('gives the same label each time, by a salt that only its owner may read', async () => {
    state.addSession('agent:main:telegram:direct:4242');
    const env = { XDG_STATE_HOME: folder };
    const [first, second] = [await scan(['--format=json'], env), await scan(['--format=json'], env)];
    expect(second.stdout).toBe(first.stdout);
    expect(statSync(join(folder, 'openclaw-store-exporter', 'salt')).mode & 0o777).toBe(0o600);
    const other = await scan(['--format=json', `--privacy.salt-file=${join(folder, 'other')}`], env);
    expect(other.stdout).not.toBe(first.stdout);
  });

  it('warns where the salt cannot be kept, and makes none where keys are plain', async () => {
    state.addSession('agent:main:telegram:direct:4242');
    writeFileSync(join(folder, 'a-file'), '');
    const path = join(folder, 'a-file', 'salt');
    const hashed = await scan([`--privacy.salt-file=${path}`]);
    expect({ code: hashed.code, stderr: hashed.stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^ts=\S+ level=warn msg="The salt .*could not be saved.*\n$/),
    });
    const plain = await scan(['--privacy.peers=plain', `--privacy.salt-file=${join(folder, 'salt')}`]);
    expect(plain.stdout).toContain('agent:main:telegram:direct:4242');
    expect(existsSync(join(folder, 'salt'))).toBe(false);
  });

  it('shows the sessions that the filters ask for', async () => {
    state.addSession('agent:main:main');
    state.addSession('agent:main:telegram:group:1', { totalTokens: 50_001 });
    expect((await scan(['--kind=main'])).stdout).not.toContain('telegram');
    const findings = (await scan(['--findings-only'])).stdout;
    expect(findings).toContain('telegram');
    expect(findings).not.toContain('agent:main:main');
    const unknown = await scan(['--agent=nobody']);
    expect({ code: unknown.code, stdout: unknown.stdout }).toEqual({ code: 3, stdout: '' });
    expect(unknown.stderr).toMatch(/--agent: there is no agent "nobody"; there are \w+/);
  });
});

describe('a flag without effect', () => {
  it.each([
    [['--format=json', '--agent=main'], '--agent is for --format table only, not for --format json'],
    [
      ['--format=prometheus', '--findings-only'],
      '--findings-only is for --format table only, not for --format prometheus',
    ],
    [['--format=json', '--all'], '--all is for --format table only, not for --format json'],
    [['--format=json', '--show-keys'], '--show-keys is for --format table only, not for --format json'],
    [['--textfile.label=gateway=a'], '--textfile.label is for --format prometheus only, not for --format table'],
    [['--explain=agent:main:main', '--kind=main'], '--kind is for the table only, not for --explain'],
    [['--explain=agent:main:main', '--findings-only'], '--findings-only is for the table only, not for --explain'],
    [['--show-keys', '--output=/dev/null'], '--show-keys is for a screen'],
    // Also where only the settings are looked at.
    [['--format=json', '--kind=main', '--config.check'], '--kind is for --format table only, not for --format json'],
  ])('is refused: %j', async (flags, message) => {
    const { code, stdout, stderr } = await scan(flags);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('is no error where a file says it, which is for the timer as well', async () => {
    const path = join(folder, 'config.yml');
    writeFileSync(path, 'textfile: { label: gateway=a }\n');
    state.addSession('agent:main:main');
    expect((await scan([`--config.file=${path}`])).code).toBe(0);
    expect((await scan([`--config.file=${path}`, '--format=prometheus'])).stdout).toContain('gateway="a"');
  });
});

describe('--textfile.label', () => {
  it('is on every series, its value escaped', async () => {
    state.addSession('agent:main:main');
    const flags = ['--format=prometheus', '--textfile.label=gateway=wo"rk', '--textfile.label=site=a=b'];
    const { code, stdout } = await scan(flags);
    expect(code).toBe(0);
    const samples = [...parseExposition(stdout).values()].flatMap((family) => family.samples);
    expect(samples.length).toBeGreaterThan(30);
    expect(samples.filter(({ labels }) => labels.gateway !== 'wo"rk' || labels.site !== 'a=b')).toEqual([]);
  });

  it.each([
    ['gateway', 'is not NAME=VALUE'],
    ['=work', 'is not NAME=VALUE'],
    ['__name=work', 'is not NAME=VALUE'],
    ['a-b=work', 'is not NAME=VALUE'],
    ['gateway=', 'is not NAME=VALUE'],
    ['agent=work', 'the metrics have a label agent themselves'],
    ['scan=work', 'the metrics have a label scan themselves'],
    ['gateway=a', 'the label gateway is there twice', '--textfile.label=gateway=b'],
  ])('%s is refused: %s', async (label, message, ...more) => {
    const { code, stderr } = await scan(['--format=prometheus', `--textfile.label=${label}`, ...more]);
    expect(code).toBe(3);
    expect(stderr).toContain(message);
  });
});
