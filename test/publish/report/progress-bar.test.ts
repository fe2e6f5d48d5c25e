import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { ProgressBar } from '../../../src/publish/report/progress-bar.ts';

const EMPTY_LINE = '\u001b[2K';
const CLEAR_RIGHT = '\u001b[0K';

/** What a terminal of 80 columns is sent. */
function aTerminal() {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  return { stream, written: () => String(stream.read() ?? '') };
}

it('says how many bytes are done of how many, and is no wider than the terminal', () => {
  const { stream, written } = aTerminal();
  const bar = new ProgressBar(stream);
  bar.show({ doneBytes: 250_000_000, totalBytes: 1_000_000_000 });
  const [before = ''] = written().split(CLEAR_RIGHT);
  bar.wipe();
  const shown = before.slice(before.indexOf('validating'));
  expect(shown).toMatch(/^validating \[====-{10}\] 25 % {2}250 MB of 1\.0 GB {2}\S+ \w+\/s/);
  expect(shown.length).toBeLessThanOrEqual(80);
});

it('makes room for a line of the log, and comes back below it', () => {
  const { stream, written } = aTerminal();
  const bar = new ProgressBar(stream);
  bar.beside('before\n');
  expect(written()).toBe('before\n');
  bar.show({ doneBytes: 1, totalBytes: 4 });
  written();
  bar.beside('a line\n');
  const [, after = ''] = written().split(`${EMPTY_LINE}a line\n`);
  expect(after).toContain('validating [');
  bar.wipe();
  expect(written().endsWith(EMPTY_LINE)).toBe(true);
  bar.beside('after\n');
  expect(written()).toBe('after\n');
});
