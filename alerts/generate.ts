import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { exporterRules } from './exporter-rules.ts';
import type { RuleGroup } from './rule.ts';
import { tokenRules, transcriptRules, windowRules } from './session-rules.ts';
import { storeRules } from './store-rules.ts';
import { upRules } from './up-rules.ts';

const HEADER = '# generated from src/thresholds.ts by npm run generate; do not edit\n';

/** Rules over the metrics of the exporter only: they hold for a scrape and for the textfile collector. */
export function storeGroups(): RuleGroup[] {
  return [
    { name: 'openclaw-store-tokens', rules: [...tokenRules(), ...windowRules()] },
    { name: 'openclaw-store-transcripts', rules: transcriptRules() },
    { name: 'openclaw-store-stores', rules: storeRules() },
    { name: 'openclaw-store-scans', rules: exporterRules() },
  ];
}

/** Rules that need `up` of the job `openclaw-store`. */
export function upGroups(): RuleGroup[] {
  return [{ name: 'openclaw-store-up', rules: upRules() }];
}

/** File name in this folder to the text that it has to hold. */
export function renderRuleFiles(): Record<string, string> {
  return {
    'openclaw-store.rules.yml': render(storeGroups()),
    'openclaw-store-up.rules.yml': render(upGroups()),
  };
}

function render(groups: readonly RuleGroup[]): string {
  // lineWidth 0: a folded description could not be found by searching the file for its words.
  return HEADER + stringify({ groups }, { lineWidth: 0 });
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(renderRuleFiles())) {
    writeFileSync(join(import.meta.dirname, name), text);
    console.log(`alerts/${name}`);
  }
}
