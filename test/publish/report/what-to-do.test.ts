import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/model/finding.ts';
import { eraOf, type Layout } from '../../../src/model/layout.ts';
import { FIRST_STEP } from '../../../src/publish/first-step.ts';
import { whatToDo } from '../../../src/publish/report/what-to-do.ts';
import { anAgent, aTranscript, published, UNPLACED } from '../../support/snapshot.ts';

const KEY = 'agent:main:telegram:group:-1001';
const INDEX = "/state/it's/sessions.json";

function finding(name: Finding['finding'], reason: string | null = null, expectedAgent: string | null = null): Finding {
  return { finding: name, reason, expectedAgent };
}

function advice(
  findings: readonly Finding[],
  layout: Layout = 'file',
  key = KEY,
  { undecided = false, ...session }: Parameters<typeof published>[0] & { undecided?: boolean } = {},
): string[] {
  const placement = { ...UNPLACED.placement, undecided };
  const whole = published({ key, placement, era: eraOf(layout), ...session }, { findings });
  return whatToDo(anAgent({ layout }), whole, key, INDEX);
}

describe('what to do', () => {
  it('is nothing where nothing was found', () => {
    expect(advice([])).toEqual(['Nothing: there is no finding, and it is over no threshold.']);
  });

  it('about corruption says what is wrong, and what repair would do or OpenClaw itself', () => {
    const found = [finding('corrupted', 'invalid_json'), finding('corrupted', 'truncated')];
    expect(advice(found)).toEqual([
      expect.stringMatching(/^corrupted \(invalid_json\): A whole line .* does not parse\.$/),
      expect.stringMatching(/^corrupted \(truncated\): /),
      'Stop the gateway and copy the state directory. A backup from before the damage is the best remedy.',
      expect.stringMatching(/start the gateway once/),
      expect.stringMatching(/nothing is changed without --apply:$/),
      `openclaw-store-exporter repair --agent main --session ${KEY}`,
    ]);
    const lines = advice([finding('corrupted', 'window_missing')], 'sqlite').join('\n');
    expect(lines).toContain('window_missing');
    expect(lines).toContain(FIRST_STEP.OpenClawSessionsCorrupted);
    expect(lines).toContain(`openclaw sessions archive --agent main --dry-run ${KEY}`);
    expect(lines).not.toContain('openclaw-store-exporter repair');
  });

  it('about every finding is there, also where one is about routing', () => {
    const lines = advice([finding('stray', 'binding'), finding('stuck')]).join('\n');
    expect(lines).toContain('expected agent');
    expect(lines).toContain('Restart the gateway');
  });

  it('about a context, also below the critical threshold, and a transcript that are too large', () => {
    expect(advice([], 'file', KEY, { tokens: 150_001 })).toEqual([
      'Its context is too large.',
      'Extract what matters first:',
      `openclaw-store-exporter extract --agent main --session ${KEY} --out session.md`,
      'Then let OpenClaw summarise it:',
      `openclaw gateway call sessions.compact --params '{"key":"${KEY}"}'`,
      expect.any(String),
      `openclaw gateway call sessions.reset --params '{"key":"${KEY}"}'`,
    ]);
    const transcript = aTranscript(500_001);
    expect(advice([], 'file', KEY, { transcript }).join()).toMatch(/^Its transcript is large.* send \/new/);
    expect(advice([], 'sqlite', KEY, { transcript }).join()).toMatch(/^Its transcript is large.* archive the session/);
  });

  it('about what is undecided is to look elsewhere', () => {
    expect(advice([], 'file', KEY, { undecided: true })).toEqual([
      expect.stringMatching(/^Its agent cannot be decided: /),
    ]);
  });

  it.each<[Finding['finding'], string, RegExp]>([
    ['stray', 'binding', /expected agent/],
    ['stray', 'unlisted_agent', /back into the config/],
    ['duplicate', 'cross_agent', /Both agents/],
  ])('about %s %s is to look, to remove, or to ignore', (name, reason, words) => {
    const lines = advice([finding(name, reason)], 'sqlite');
    expect(lines[0]).toMatch(words);
    expect(lines.slice(1)).toEqual([
      'See what else the agent holds, and what the bindings say:',
      'openclaw sessions --agent main --limit all --json',
      'openclaw agents bindings',
      'Or archive it, first with --dry-run: it is hidden, and everything is kept.',
      `openclaw sessions archive --agent main --dry-run ${KEY}`,
      'If it is meant to be so, list it under `ignore` in the config file of the exporter.',
    ]);
  });

  it('in a store of files begins with a copy, since its command renames the transcript', () => {
    const lines = advice([finding('stray', 'binding', 'work')], 'file');
    expect(lines.slice(4, 6)).toEqual([
      expect.stringMatching(/^Or delete it: copy its transcript, /),
      `openclaw gateway call sessions.delete --params '{"key":"${KEY}"}'`,
    ]);
  });

  it('in the store of another agent leaves that agent alone, whose session OpenClaw would take', () => {
    expect(advice([finding('stray', 'wrong_store', 'work')]).slice(4)).toEqual([
      expect.stringMatching(/^Or take it out of the index/),
      `openclaw-store-exporter repair --agent main --session ${KEY}`,
      expect.stringMatching(/`ignore`/),
    ]);
  });

  it('in the store of another agent is never a command that takes the session of that agent', () => {
    for (const layout of ['file', 'sqlite'] as const) {
      const lines = advice([finding('stray', 'wrong_store', 'work')], layout, KEY, { tokens: 250_000 });
      expect(lines[0]).toMatch(/never looks for this key/);
      expect(lines.filter((line) => /^openclaw[ -]/.test(line)).join('\n')).not.toMatch(/gateway call|archive/);
      expect(lines).toContain(`openclaw-store-exporter extract --agent main --session ${KEY} --out session.md`);
    }
  });

  it('names the index of a version that knows no agents', () => {
    const session = published({ key: KEY }, { findings: [finding('duplicate', 'cross_agent')] });
    const lines = (indexPath: string | null) =>
      whatToDo(anAgent({ version: '2026.2.6-3' }), session, KEY, indexPath).filter((line) =>
        /^openclaw sessions/.test(line),
      );
    expect(lines(INDEX)).toEqual(["openclaw sessions --json --store '/state/it'\\''s/sessions.json'"]);
    expect(lines(null)).toEqual(['openclaw sessions --json']);
  });

  it('about a collision removes nothing, whatever else was found', () => {
    for (const layout of ['file', 'sqlite', 'migrating'] as const) {
      const lines = advice([finding('stray', 'binding', 'work'), finding('collision')], layout);
      expect(lines.join('\n')).toContain('Two writers');
      expect(lines.join('\n')).not.toMatch(/sessions\.delete|archive|delete it/);
    }
  });

  it('says each thing once', () => {
    const twice = [finding('duplicate', 'cross_agent'), finding('duplicate', 'cross_agent')];
    expect(advice(twice)).toEqual(advice(twice.slice(1)));
  });

  it('of a migrated agent is what its database needs', () => {
    expect(advice([finding('stray', 'binding', 'work')], 'migrating').join('\n')).toContain('sessions archive');
  });
});

describe('what to do about two keys of one session', () => {
  const ALIAS = finding('duplicate', 'alias');
  const REPAIR = (key: string) => `openclaw-store-exporter repair --agent main --session ${key}`;
  const EXTRACT = (key: string) => `openclaw-store-exporter extract --agent main --session ${key} --out session.md`;

  /** Of the first of these keys, each with its last activity. */
  function aboutFirst(
    keys: readonly (readonly [key: string, lastActivityMs: number | null])[],
    {
      layout = 'file',
      isIgnored = false,
      others = [],
    }: { layout?: Layout; isIgnored?: boolean; others?: Finding[] } = {},
  ): string[] {
    const sessions = keys.map(([key, lastActivityMs]) =>
      published(
        { key, lastActivityMs, canonicalKey: 'main of main', era: eraOf(layout) },
        isIgnored ? { findings: others, ignored: [ALIAS] } : { findings: [ALIAS, ...others] },
      ),
    );
    const [first] = sessions;
    if (first === undefined) return expect.unreachable('no key');
    return whatToDo(anAgent({ layout, sessions }), first, first.session.key, INDEX);
  }

  const NEW = 'agent:main:main';

  it.each<[string, Parameters<typeof aboutFirst>[0], boolean]>([
    [
      'older, and the other one is in the form of today',
      [
        ['main', 1],
        [NEW, 2],
      ],
      true,
    ],
    [
      'not known when, and the other one is',
      [
        ['main', null],
        [NEW, 2],
      ],
      true,
    ],
    [
      'older, and both are in the form of today',
      [
        ['agent:main:x:dm:1', 1],
        ['agent:main:x:direct:1', 2],
      ],
      true,
    ],
    [
      'younger',
      [
        ['main', 2],
        [NEW, 1],
      ],
      false,
    ],
    [
      'as old',
      [
        ['main', 1],
        [NEW, 1],
      ],
      false,
    ],
    [
      'not known when, as the other one',
      [
        [NEW, null],
        ['main', null],
      ],
      false,
    ],
    // 2026.2 writes both.
    [
      'in the form of today, and the other one is not',
      [
        [NEW, 1],
        ['main', 2],
      ],
      false,
    ],
  ])('takes out at most the one that was active %s', (_, keys, isOut) => {
    const lines = aboutFirst(keys);
    const key = keys[0]?.[0] ?? '';
    expect(lines.filter((line) => [REPAIR(key), EXTRACT(key)].includes(line))).toEqual(
      isOut ? [EXTRACT(key), REPAIR(key)] : [],
    );
    expect(lines.some((line) => line.startsWith('Leave this key: '))).toBe(!isOut);
  });

  it("never is a command of OpenClaw's, which takes both", () => {
    for (const layout of ['file', 'sqlite', 'migrating'] as const) {
      for (const isIgnored of [false, true]) {
        const others = [finding('stray', 'unlisted_agent')];
        const lines = aboutFirst(
          [
            ['main', 1],
            [NEW, 2],
          ],
          { layout, isIgnored, others },
        );
        const commands = lines.filter((line) => /^openclaw[ -]/.test(line));
        expect(commands.join('\n')).not.toMatch(/gateway call|archive/);
        expect(commands.includes('openclaw doctor --fix')).toBe(layout !== 'file');
        expect(commands).toContain(EXTRACT('main'));
      }
    }
  });
});

it('says of two keys of one session which of them a compaction is of', () => {
  const about = (findings: readonly Finding[]) =>
    advice(findings, 'file', KEY, { tokens: 250_000 }).filter((line) => line.includes('may drop the entry'));
  expect(about([finding('duplicate', 'alias')])).toHaveLength(1);
  expect(about([])).toEqual([]);
});

describe('a command that is printed', () => {
  let folder: string;
  /** An `openclaw` that writes its arguments down, each ended by a zero byte. */
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'what-to-do-'));
    writeFileSync(join(folder, 'openclaw'), '#!/bin/sh\nprintf "%s\\0" "$@" >> "$SEEN"\n', { mode: 0o700 });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a line as an operator would who copies it; the arguments that `openclaw` got. */
  function typed(line: string): string[] {
    const seen = join(folder, 'seen');
    rmSync(seen, { force: true });
    const { stderr, status } = spawnSync('/bin/sh', ['-c', line], {
      cwd: folder,
      env: { PATH: `${folder}:/usr/bin:/bin`, SEEN: seen, HOME: folder },
      encoding: 'utf8',
    });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(readdirSync(folder).toSorted()).toEqual(['openclaw', 'seen']);
    return readFileSync(seen, 'utf8').split('\0').slice(0, -1);
  }

  function commandIn(lines: readonly string[], words: string): string {
    const line =
      lines.find((each) => each.startsWith('openclaw ') && each.includes(words)) ?? expect.unreachable(`no ${words}`);
    return line;
  }

  const HOSTILE: readonly string[] = [
    `agent:main:x'; rm -rf -- *; echo '`,
    `agent:main:'`,
    `agent:main:''''`,
    `agent:main:"$(touch harmed)"`,
    'agent:main:$(touch harmed)',
    'agent:main:`touch harmed`',
    'agent:main:$HOME ~ * ? [a-z]',
    'agent:main:a b;c&d|e>harmed<f',
    'agent:main:back\\slash\\',
    'agent:main:!history',
    'agent:main:#comment',
    'agent:main:{"key":"other"}',
    'agent:main:😀',
    '',
    ' ',
  ];

  it.each(HOSTILE)('has the key %j as one argument and does nothing else', (key) => {
    const found = [finding('stray', 'unlisted_agent')];
    expect(typed(commandIn(advice(found, 'sqlite', key), 'archive'))).toEqual([
      ...['sessions', 'archive', '--agent', 'main', '--dry-run'],
      key,
    ]);
    const [gateway, call, method, flag, params = ''] = typed(commandIn(advice(found, 'file', key), 'gateway call'));
    expect([gateway, call, method, flag]).toEqual(['gateway', 'call', 'sessions.delete', '--params']);
    expect(JSON.parse(params)).toEqual({ key });
  });

  it.each(['agent:main:x\nrm -rf .\n', 'agent:main:\u001b[2J', "agent:main:\r'; touch harmed; '", 'agent:main:\0'])(
    'stays on its line and harms nothing with the key %j',
    (key) => {
      for (const layout of ['file', 'sqlite'] as const) {
        const lines = advice([finding('stray', 'unlisted_agent')], layout, key);
        for (const line of lines) expect(line).not.toMatch(/\p{Cc}/u);
        expect(typed(commandIn(lines, layout === 'file' ? 'gateway call' : 'archive'))).toHaveLength(
          layout === 'file' ? 5 : 6,
        );
      }
    },
  );

  it('of a file store has a key with control characters as it is, since JSON can say them', () => {
    const key = 'agent:main:a\nb\tc\u001b\u009b\u202e\u{e0001}';
    const lines = advice([finding('stray', 'unlisted_agent')], 'file', key);
    expect(JSON.parse(typed(commandIn(lines, 'gateway call')).at(-1) ?? '')).toEqual({ key });
  });

  it('to look is one that a shell takes', () => {
    const lines = advice([finding('duplicate', 'cross_agent')]);
    expect(typed(commandIn(lines, 'openclaw sessions --agent'))).toEqual([
      'sessions',
      '--agent',
      'main',
      '--limit',
      'all',
      '--json',
    ]);
    expect(typed(commandIn(lines, 'bindings'))).toEqual(['agents', 'bindings']);
  });
});
