import type { Verdict } from '../verdicts.ts';
import { type Markup, markup, when } from './markup.ts';
import { runbook } from './runbook.ts';

const SHOWN = 30;

const WHEN = { critical: 'now', warning: 'this week', look: 'to look at' } as const;

/** What would be alerts, the most severe first, each with its runbook. */
export function verdictList(all: readonly Verdict[], runbookUrl: string | null): Markup {
  if (all.length === 0) return markup``;
  const lines = all.slice(0, SHOWN).map(({ alert, severity, agent, text }) => {
    const rank = severity ?? 'look';
    const whose = agent === null ? '' : `Agent ${agent}: `;
    return markup`<li class="${rank}"><b>${WHEN[rank]}</b> <span>${whose}${text}.</span> ${runbook(alert, runbookUrl)}</li>`;
  });
  const rest = when(all.length > SHOWN, () => markup`<p>${all.length - SHOWN} more are not shown here.</p>`);
  return markup`<section><h2>What to do</h2>
<ul class="verdicts">
${lines}
</ul>${rest}</section>`;
}
