import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureEngines } from '../../scripts/engines.ts';
import { countsOf, overBudget } from './budget.ts';
import { type Noise, replay } from './replay.ts';
import { GATEWAYS } from './week.ts';

const DOCUMENT = join(import.meta.dirname, '../../docs/alerting.md');
const BEGIN = '<!-- noise: written by npm run noise -->';
const END = '<!-- noise ends -->';
const DAYS = 7;

function table(noises: readonly Noise[]): string {
  const head = [
    'window',
    'reset each day',
    'tokens a turn',
    'pages in a week',
    'most on a day',
    'at night',
    'warnings in a week',
    'most on a day',
  ];
  const rows = noises.map((noise) => {
    const { window, dailyReset, tokensPerTurn } = noise.gateway;
    const counts = countsOf(noise);
    return [
      window.toLocaleString('en-US'),
      dailyReset ? 'yes' : 'no',
      tokensPerTurn.toLocaleString('en-US'),
      counts.pages,
      counts.mostPagesOnADay,
      counts.nightPages,
      counts.warnings,
      counts.mostWarningsOnADay,
    ];
  });
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Replays the week of every gateway, writes the table into docs/alerting.md, and fails where it is above the budget. */
const { engines, missing } = ensureEngines();
const { prometheus, promtool } = engines;
if (prometheus === undefined || promtool === undefined) throw new Error(JSON.stringify(missing));
const noises = await replay({ prometheus, promtool }, GATEWAYS, DAYS);
const text = table(noises);
process.stdout.write(`${text}\n`);
const document = readFileSync(DOCUMENT, 'utf8');
const [before = '', rest = ''] = document.split(BEGIN);
const [, after = ''] = rest.split(END);
writeFileSync(DOCUMENT, `${before}${BEGIN}\n\n${text}\n\n${END}${after}`);
const over = noises.flatMap(overBudget);
for (const line of over) process.stderr.write(`${line}\n`);
process.exitCode = over.length > 0 ? 1 : 0;
