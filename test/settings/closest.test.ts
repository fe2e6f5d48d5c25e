import { expect, it } from 'vitest';
import { closest } from '../../src/settings/closest.ts';

const WORDS = ['scan.timeout', 'scan.max-age', 'job', 'kind', 'warning', 'X-Frame-Options', 'basic_auth_users'];

it.each([
  ['scan.timeout', 'scan.timeout'],
  ['scan.timeuot', 'scan.timeout'],
  ['scan_timeout', 'scan.timeout'],
  ['SCAN.TIMEOUT', 'scan.timeout'],
  ['x-frame-option', 'X-Frame-Options'],
  ['kidn', 'kind'],
  ['jbo', 'job'],
  ['ab', null],
  ['timeout', 'scan.timeout'],
  ['max-age', 'scan.max-age'],
  ['users', 'basic_auth_users'],
  ['warn', 'warning'],
  ['wa', null],
  ['ning', null],
  ['', null],
  ['scan.timeout'.repeat(10), null],
])('%j was probably meant as %j', (given, meant) => {
  expect(closest(given, WORDS)).toBe(meant);
});
