import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { stringify } from 'yaml';
import { CASES } from '../../alerts/generate.ts';
import { isSlow, renderTests } from '../../alerts/promtool-tests.ts';
import { RULES } from '../alerts/all-rules.ts';

const ALERTS = join(import.meta.dirname, '../../alerts');
const BY_HAND = ['absent.test.yml', 'jobs.test.yml'];

/**
 * The tests of `alerts/tests/` in a folder of their own, those of each alert beside a file with the rules of that alert
 * only: promtool evaluates every rule of a file at each step, so this takes a tenth of the time. Those by hand are about
 * more than one alert and get all rules. Returns the paths of the tests.
 */
export function ruleTests(): { readonly files: readonly string[]; readonly cleanup: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'rule-tests-'));
  const tests = join(folder, 'tests');
  mkdirSync(tests);
  const write = (path: string, text: string) => {
    writeFileSync(join(folder, path), text);
    return join(folder, path);
  };
  for (const name of ['openclaw-store.rules.yml', 'openclaw-store.up.rules.yml']) {
    write(name, readFileSync(join(ALERTS, name), 'utf8'));
  }
  const byHand = BY_HAND.map((name) => write(join('tests', name), readFileSync(join(ALERTS, 'tests', name), 'utf8')));
  const generated = [...new Set(RULES.map(({ alert }) => alert))].flatMap((alert) => {
    const rules = RULES.filter((rule) => rule.alert === alert);
    const path = write(`${alert}.rules.yml`, stringify({ groups: [{ name: alert, rules }] }, { lineWidth: 0 }));
    return [false, true].flatMap((slow) => {
      const cases = Object.values(CASES)
        .flat()
        .filter((each) => each.alert === alert && isSlow(rules, each) === slow);
      if (cases.length === 0) return [];
      return [
        write(join('tests', `${alert}.${slow}.test.yml`), renderTests(basename(path), rules, cases, slow ? 5 : 1)),
      ];
    });
  });
  return { files: [...byHand, ...generated], cleanup: () => rmSync(folder, { recursive: true }) };
}
