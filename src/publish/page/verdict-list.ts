import { FIRST_STEP } from '../first-step.ts';
import type { Verdict } from '../verdicts.ts';
import { foldedList, type Markup, markup, when } from './markup.ts';
import { runbook } from './runbook.ts';

/** The others can be opened, and of what is more than this only the number is there. */
const OPEN = 15;
const SHOWN = 30;

const WHEN = { critical: 'now', warning: 'this week', info: 'to know', look: 'to look at' } as const;

/** What would be alerts, the most severe first, each with what to do first and with its runbook. */
export function verdictList(all: readonly Verdict[], runbookUrl: string | null): Markup {
  if (all.length === 0) return markup``;
  const lines = all.slice(0, SHOWN).map(({ alert, severity, agent, text }) => {
    const rank = severity ?? 'look';
    const whose = agent === null ? '' : `Agent ${agent}: `;
    return markup`<li class="${rank}"><b>${WHEN[rank]}</b> <span>${whose}${text}.</span> ${runbook(alert, runbookUrl)}<small>${FIRST_STEP[alert]}</small></li>`;
  });
  const rest = when(
    all.length > SHOWN,
    () => markup`<p>And ${all.length - SHOWN} more, none of them more severe: see <code>scan</code>.</p>`,
  );
  return markup`<section><h2>What to do</h2>
${foldedList('verdicts', lines, OPEN)}${rest}</section>`;
}
