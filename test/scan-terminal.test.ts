import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileFolder } from './support/folder.ts';
import { createState } from './support/state.ts';
import { onTerminal } from './support/terminal.ts';

const ESCAPE = '\u001b';
const RED = `${ESCAPE}[31m`;
const UNCOLOURED = `${ESCAPE}[39m`;

/** What a terminal shows, by name. All at once: most of the time is the start of a process. */
let seen: Readonly<Record<'table' | 'uncoloured' | 'dumb' | 'piped' | 'progress', string>>;

const state = createState({ live: true, kept: true });
afterAll(() => state.remove());

const home = fileFolder();

beforeAll(async () => {
  state.addSession('agent:main:telegram:direct:4242', { totalTokens: 150_001, contextTokens: 1_000_000 });
  const deep = ['scan', '--deep', `--openclaw.state-dir=${state.dir}`];
  const [table, uncoloured, dumb, piped, progress] = await Promise.all([
    onTerminal(['scan', `--openclaw.state-dir=${state.dir}`], { HOME: home }),
    onTerminal(deep, { HOME: home, NO_COLOR: '1' }, '2> /dev/null', 60),
    onTerminal(deep, { HOME: home, TERM: 'dumb' }),
    onTerminal(deep, { HOME: home }, '2> /dev/null | cat'),
    onTerminal(deep, { HOME: home }, '> /dev/null'),
  ]);
  seen = { table, uncoloured, dumb, piped, progress };
});

describe('scan on a terminal', () => {
  it('has colours, and no key that was not asked for', () => {
    expect(seen.table).toContain(`${RED}tokens (critical)${UNCOLOURED}\n`);
    const last = seen.table.trimEnd().split('\n').at(-1) ?? '';
    expect(last.startsWith(`${RED}Exit 2: `) && last.endsWith(UNCOLOURED)).toBe(true);
    expect(seen.table).not.toContain('4242');
  });

  it('fits a narrow one', () => {
    expect(seen.uncoloured).toContain('tokens (critical)\n');
    expect(seen.uncoloured.split('\n').filter((line) => line.length > 60)).toEqual([]);
  });

  it.each(['uncoloured', 'dumb', 'piped'] as const)('has neither colours nor a bar: %s', (name) => {
    expect(seen[name]).toContain('tokens (critical)\n');
    for (const control of [ESCAPE, 'validating']) expect(seen[name]).not.toContain(control);
  });

  it('with --deep shows bytes, rate and what is left on stderr, and wipes it', () => {
    expect(seen.progress).toMatch(/validating \[[=-]+\] 0 % {2}0 bytes of \d+ bytes {2}0 bytes\/s/);
    expect(seen.progress).toMatch(/validating \[=+\] 100 % {2}(\d+) bytes of \1 bytes {2}\S+ \w+\/s {2}0 s left/);
    // The last thing is to empty the line, with the cursor at its start.
    expect(seen.progress.endsWith(`${ESCAPE}[1G${ESCAPE}[2K`)).toBe(true);
  });
});
