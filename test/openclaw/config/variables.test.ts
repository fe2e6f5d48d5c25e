import { expect, it } from 'vitest';
import { parseEnvFile } from '../../../src/openclaw/config/variables.ts';

it('a variable of a .env file may be quoted and exported', () => {
  expect([...parseEnvFile('A = 1 \nexport B=\'two words\'\n#C=3\nnonsense\nD=\nE=1 # one\nF="two\nlines"')]).toEqual([
    ['A', '1'],
    ['B', 'two words'],
    ['D', ''],
    ['E', '1'],
    ['F', 'two\nlines'],
  ]);
});

it('a variable may hold a million spaces', () => {
  const text = `x${' '.repeat(1_000_000)}y`;
  expect([...parseEnvFile(`A=${text}\t\r\n`)]).toEqual([['A', text]]);
});
