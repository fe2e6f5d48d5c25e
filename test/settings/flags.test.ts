import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/checks/all.ts';
import { envName, FLAGS, FlagValues } from '../../src/settings/flags.ts';

describe('FLAGS', () => {
  it('have names of their own, of words, dots and dashes', () => {
    const names = FLAGS.map(({ name }) => name);
    expect(names).toHaveLength(new Set(names).size);
    for (const name of names) expect(name).toMatch(/^[a-z]+([.-][a-z_]+)*$/);
  });

  it('have environment variables of their own', () => {
    const variables = FLAGS.map(({ name }) => envName(name));
    expect(variables).toHaveLength(new Set(variables).size);
    for (const variable of variables) expect(variable).toMatch(/^OPENCLAW_STORE_EXPORTER_[A-Z_]+$/);
  });

  it('have a switch for every check, on by default, for both commands', () => {
    const switches = FLAGS.filter(({ name }) => name.startsWith('check.'));
    expect(switches.map(({ name }) => name)).toEqual(CHECKS.map(({ name }) => `check.${name}`));
    for (const flag of switches) {
      expect(flag).toMatchObject({ value: null, default: 'true', commands: ['serve', 'scan'] });
      expect(flag.help).toContain(`--no-${flag.name}`);
    }
  });

  it('have a default that their type takes', () => {
    const unset = FLAGS.map(({ name, repeatable, default: text }) => [name, repeatable ? [] : text]);
    expect(FlagValues.safeParse(Object.fromEntries(unset)).error?.issues ?? []).toEqual([]);
  });

  it('have a help of one line', () => {
    for (const { name, help } of FLAGS) expect(help, name).toMatch(/^[^\n]{10,}$/);
  });
});

describe('envName', () => {
  it.each([
    ['web.listen-address', 'OPENCLAW_STORE_EXPORTER_WEB_LISTEN_ADDRESS'],
    ['openclaw.path-map', 'OPENCLAW_STORE_EXPORTER_OPENCLAW_PATH_MAP'],
    ['check.id_mismatch', 'OPENCLAW_STORE_EXPORTER_CHECK_ID_MISMATCH'],
    ['deep', 'OPENCLAW_STORE_EXPORTER_DEEP'],
  ])('of %s is %s', (flag, variable) => {
    expect(envName(flag)).toBe(variable);
  });
});
