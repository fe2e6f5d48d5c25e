import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { storeGroups, upGroups } from '../src/rules/groups.ts';
import { toYaml } from '../src/rules/render.ts';
import { type RuleGroup, SHIPPED_OPTIONS } from '../src/rules/rule.ts';
import { upRules } from '../src/rules/up-rules.ts';
import { renderAlertmanagerFiles } from './alertmanager.ts';
import { exporterCases, upCases } from './cases/exporter.ts';
import { findingCases } from './cases/findings.ts';
import { tokenCases, transcriptCases, windowCases } from './cases/sessions.ts';
import { preventionCases, sizeCases, storeCases } from './cases/stores.ts';
import { isSlow, renderTests } from './promtool-tests.ts';

const HEADER = '# generated from src/thresholds.ts and alerts/ by npm run generate; do not edit\n';
const REPOSITORY = join(import.meta.dirname, '..');
const STORE_FILE = 'openclaw-store.rules.yml';
const UP_FILE = 'openclaw-store.up.rules.yml';

/** The cases of each file in `alerts/tests/`: what every alert must do. */
export const CASES = {
  tokens: tokenCases(),
  windows: windowCases(),
  transcripts: transcriptCases(),
  findings: findingCases(),
  stores: storeCases(),
  sizes: sizeCases(),
  prevention: preventionCases(),
  exporter: exporterCases(),
  up: upCases(),
};

/** Path in the repository to the text that the file has to hold. */
export function renderAlertFiles(): Record<string, string> {
  return {
    [`alerts/${STORE_FILE}`]: render(storeGroups()),
    [`alerts/${UP_FILE}`]: render(upGroups()),
    ...renderAlertmanagerFiles(),
    ...Object.fromEntries(testFiles().map(([name, text]) => [`alerts/tests/${name}.test.yml`, text])),
  };
}

function testFiles(): [name: string, text: string][] {
  const rules = storeGroups().flatMap((group) => group.rules);
  const { up, ...others } = CASES;
  const quick = Object.entries(others).flatMap(([name, cases]): [string, string][] => {
    const own = cases.filter((each) => !isSlow(rules, each));
    return own.length === 0 ? [] : [[name, renderTests(STORE_FILE, rules, own, 1)]];
  });
  const slow = Object.values(others).flatMap((cases) => cases.filter((each) => isSlow(rules, each)));
  return [
    ...quick,
    ['slow', renderTests(STORE_FILE, rules, slow, 5)],
    ['up', renderTests(UP_FILE, upRules(SHIPPED_OPTIONS), up, 1)],
  ];
}

function render(groups: readonly RuleGroup[]): string {
  return HEADER + toYaml({ groups });
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(renderAlertFiles())) {
    const path = join(REPOSITORY, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    console.log(name);
  }
}
