import { expect, it } from 'vitest';
import { manPage } from '../../scripts/man-page.ts';
import { FLAGS } from '../../src/settings/flags.ts';

it('names every flag and command, and has no line that roff would take for a request of its own', () => {
  const page = manPage();
  for (const { name } of FLAGS) {
    const flag = name.startsWith('check.')
      ? `.B ${name.slice('check.'.length)}`
      : `\\-\\-${name.replaceAll('-', '\\-')}`;
    expect(page).toContain(flag);
  }
  const requests = new Set([...page.matchAll(/^[.'](\S*)/gm)].map(([, request]) => request));
  const known = ['\\"', 'TH', 'SH', 'SS', 'TP', 'P', 'B', 'BI', 'BR', 'RI', 'RS', 'RE', 'nf', 'fi', 'nh', 'ad'];
  expect([...requests].filter((request) => !known.includes(request ?? ''))).toEqual([]);
  expect(page).not.toMatch(/\\(?![-e(&"f])/);
});
