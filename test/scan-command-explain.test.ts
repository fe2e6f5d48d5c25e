import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newFolder } from './support/folder.ts';
import { stateOf } from './support/routed.ts';
import { type Ended, runHere } from './support/run.ts';

const AGENTS = { list: [{ id: 'main', default: true }, { id: 'work' }] };
const BINDINGS = [{ agentId: 'work', match: { channel: 'telegram', peer: { kind: 'direct', id: '111' } } }];
const CONFIG = { meta: { lastTouchedVersion: '2026.7.35' }, agents: AGENTS, bindings: BINDINGS };
const STRAY = 'agent:main:telegram:direct:111';

function explained(dir: string, wanted: string, ...flags: string[]): Promise<Ended> {
  return runHere(['scan', `--openclaw.state-dir=${dir}`, `--explain=${wanted}`, ...flags]);
}

describe('scan --explain', () => {
  it('prints why a session is where it is, and no table', async () => {
    const dir = stateOf(CONFIG, { main: { [STRAY]: {}, 'agent:main:main': {} } });
    const { code, stdout, stderr } = await explained(dir, STRAY);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.startsWith(`${STRAY}, in the store of agent main\n`)).toBe(true);
    expect(stdout).toContain('findings      stray (binding), expected in work\n');
    expect(stdout).toContain('  => work, by bindings[0], binding.peer\n');
    for (const other of ['agent:main:main', 'AGENT', '\u001b']) expect(stdout).not.toContain(other);
  });

  it('takes the label of an alert, which is that of the same salt', async () => {
    const dir = stateOf(CONFIG, { main: { [STRAY]: {} } });
    const salt = `--privacy.salt-file=${join(dir, 'salt')}`;
    writeFileSync(join(dir, 'salt'), '0123456789abcdef0123456789abcdef\n', { mode: 0o600 });
    const metrics = await runHere(['scan', `--openclaw.state-dir=${dir}`, '--format=prometheus', salt]);
    const [, label = ''] = /session_finding\{agent="main",session="([^"]+)"/.exec(metrics.stdout) ?? [];
    expect(label).toMatch(/^agent:main:telegram:direct:[0-9a-f]{10}$/);
    const byLabel = await explained(dir, label, salt);
    expect(byLabel.code).toBe(0);
    expect(byLabel.stdout).not.toContain('111');
    const open = await explained(dir, label, salt, '--show-keys');
    expect(open.stdout).toBe((await explained(dir, STRAY, salt)).stdout);
    expect(open.stdout).toContain(`  label         ${label}\n`);
  });

  it('prints commands that find the same store, wherever they are pasted', async () => {
    const dir = stateOf(CONFIG, { main: { [STRAY]: { totalTokens: 199_000 } } });
    const { stdout } = await explained(dir, STRAY);
    const commands =
      stdout
        .replaceAll(/ \\\n +/g, ' ')
        .replaceAll('\\\n', '')
        .match(/^ {4}(?:OPENCLAW|openclaw).*$/gm) ?? [];
    const own = commands.filter((line) => line.startsWith('    openclaw-store-exporter'));
    expect(own).toHaveLength(2);
    for (const line of own) {
      const args = line.trim().replace('session.md', join(newFolder(), 'session.md')).split(' ').slice(1);
      expect(await runHere(args)).toMatchObject({ code: args[0] === 'repair' ? 1 : 0, stderr: '' });
    }
    const others = commands.filter((line) => !own.includes(line));
    expect(others.length).toBeGreaterThan(2);
    for (const line of others) expect(line.startsWith(`    OPENCLAW_STATE_DIR=${dir} openclaw `)).toBe(true);
  });

  it('explains a session that is beyond the session limit', async () => {
    const entries = Object.fromEntries(['111', '222', '333'].map((peer) => [`agent:work:telegram:direct:${peer}`, {}]));
    const dir = stateOf(CONFIG, { work: entries });
    const { code, stdout } = await explained(dir, 'agent:work:telegram:direct:111', '--session.limit=1');
    expect(code).toBe(0);
    expect(stdout).toContain('  findings      none\n');
    expect(stdout).not.toContain('(no series)');
  });

  it('explains whatever the table shows, also of a session without series', async () => {
    const keys = [
      'agent:work:telegram:direct:111',
      'agent:other:telegram:direct:222',
      "it's: \u001b[2J",
      'agent:work:main',
    ];
    const dir = stateOf(CONFIG, { work: Object.fromEntries(keys.map((key) => [key, {}])) });
    const salt = `--privacy.salt-file=${join(dir, 'salt')}`;
    for (const flags of [[salt], ['--privacy.peers=plain']]) {
      const { stdout } = await runHere(['scan', `--openclaw.state-dir=${dir}`, '--session.limit=1', ...flags]);
      const [, list = ''] = /\n +TOKENS.*?\n(.*?)\n\n/s.exec(stdout) ?? [];
      const shown = list.split('\n').filter((line) => !line.startsWith(' '));
      expect(shown).toHaveLength(keys.length);
      for (const line of shown) {
        const answer = await explained(dir, line, ...flags);
        expect({ line, code: answer.code, stderr: answer.stderr }).toEqual({ line, code: 0, stderr: '' });
        expect(answer.stdout.match(/in the store of agent/g)).toHaveLength(1);
      }
    }
  });

  it('has what only a deep scan finds with --deep', async () => {
    const dir = stateOf(CONFIG, { main: { 'agent:main:main': {} } });
    writeFileSync(join(dir, 'agents/main/sessions/main-0.jsonl'), '{"half\n{"type":"message"}\n', { flag: 'a' });
    expect((await explained(dir, 'agent:main:main')).stdout).toContain('  findings      none\n');
    expect((await explained(dir, 'agent:main:main', '--deep')).stdout).toContain(
      '  findings      corrupted (invalid_json)\n',
    );
  });

  it.each([
    ['a session that is not there', 'agent:main:telegram:direct:999'],
    ['an empty key', ''],
  ])('is wrong usage for %s', async (_, wanted) => {
    const dir = stateOf(CONFIG, { main: { [STRAY]: {} } });
    const { code, stdout, stderr } = await explained(dir, wanted);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^openclaw-store-exporter: .*--explain/);
  });

  it('looks only at the agent that is named', async () => {
    const entries = { 'agent:main:notes': {} };
    const dir = stateOf(CONFIG, { main: entries, work: entries });
    const { stdout } = await explained(dir, 'agent:main:notes', '--agent=work');
    expect(stdout.match(/in the store of agent \w+/g)).toEqual(['in the store of agent work']);
    const misspelt = await explained(dir, 'agent:main:notes', '--agent=wrok');
    expect(misspelt.code).toBe(3);
    expect(misspelt.stderr).toContain('there is no agent "wrok"; there are main, work');
  });

  it('says which agents could not be read, also where the session may be there', async () => {
    const dir = stateOf(CONFIG, { main: { [STRAY]: {} }, work: {} });
    writeFileSync(join(dir, 'agents/work/sessions/sessions.json'), '');
    const unread = 'Not read: agent work (index_empty). Nothing is known of sessions there.';
    expect((await explained(dir, STRAY)).stdout.endsWith(`\n\n${unread}\n`)).toBe(true);
    const missing = await explained(dir, 'agent:work:telegram:direct:111');
    expect(missing.code).toBe(3);
    expect(missing.stderr).toContain(unread);
    expect((await explained(dir, STRAY, '--agent=main')).stdout).not.toContain('Not read');
  });

  it.each([['--format=json'], ['--output=/dev/null']])(
    'is wrong usage with %s: it prints text for a person',
    async (flag) => {
      const dir = stateOf(CONFIG, { main: { [STRAY]: {} } });
      const { code, stderr } = await explained(dir, STRAY, flag);
      expect(code).toBe(3);
      expect(stderr).toMatch(/--explain prints text/);
    },
  );

  it('is 3 where there is no state directory', async () => {
    const { code, stdout } = await explained('/nonexistent/state', STRAY);
    expect(code).toBe(3);
    expect(stdout).toMatch(
      /^No session is known: \/\S+ is not there\.\nIt was looked at because --openclaw\.state-dir names it\.\n/,
    );
  });

  it('writes nothing to a terminal that it would obey, and a command in which the key is quoted', async () => {
    const key = "agent:gone:\u001b[2J'; touch harmed; '\u009b";
    const dir = stateOf(CONFIG, { main: { [key]: {} } });
    const { code, stdout } = await explained(dir, key);
    expect(code).toBe(0);
    expect(stdout).toContain('stray (wrong_store), expected in gone');
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(stdout).toContain(`'\\''; touch harmed; '\\''`);
  });

  it('is for scan alone', async () => {
    const { code, stderr } = await runHere(['serve', '--explain=x']);
    expect(code).toBe(3);
    expect(stderr).toContain('--explain');
  });
});
