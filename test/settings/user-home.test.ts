import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const MODULE = join(import.meta.dirname, '../../src/settings/user-home.ts');

/** Prints the home that a process with this uid and without HOME has. */
function homeOf(uid: number | null): string {
  const become = uid === null ? '' : `process.setuid(${uid});`;
  const script = `const { userHome } = await import(${JSON.stringify(MODULE)}); ${become} process.stdout.write(userHome());`;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
}

it('is the one of passwd without HOME', () => {
  expect(homeOf(null)).toMatch(/^\/./);
});

it.skipIf(process.getuid?.() !== 0)('is / of a uid that passwd does not know', () => {
  expect(homeOf(987_654)).toBe('/');
});
