import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { docPath } from '../../scripts/generate-docs.ts';
import { amount } from '../../src/publish/words.ts';
import { TOKEN_THRESHOLDS, TRANSCRIPT_BYTES_THRESHOLD } from '../../src/thresholds.ts';

it('README.md says the shipped thresholds', () => {
  const readme = readFileSync(docPath('README.md'), 'utf8');
  const { group, dm, main } = TOKEN_THRESHOLDS;
  const said = [
    `| group | ${amount(group.warning)} tokens | ${amount(group.critical)} |`,
    `| dm | ${amount(dm.warning)} | ${amount(dm.critical)} |`,
    `| main and every other | ${amount(main.warning)} | ${amount(main.critical)} |`,
    `A transcript above ${amount(TRANSCRIPT_BYTES_THRESHOLD.warning)} bytes`,
  ];
  expect(said.filter((text) => !readme.includes(text))).toEqual([]);
});
