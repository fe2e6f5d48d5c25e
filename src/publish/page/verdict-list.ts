import { FIRST_STEP } from '../first-step.ts';
import type { Verdict } from '../verdicts.ts';
import { counted } from '../words.ts';
import { foldedList, type Markup, markup, when } from './markup.ts';
import { runbook } from './runbook.ts';

/** The others can be opened, and of what is more than this only the number is there. */
const OPEN = 15;
const SHOWN = 30;

const WHEN = { critical: 'now', warning: 'this week', info: 'to know', look: 'to look at' } as const;

/** What would be alerts, the most severe first, each with what to do first and with its runbook. */
export function verdictList(title: string, all: readonly Verdict[], runbooks: string | null): Markup {
  if (all.length === 0) return markup``;
  const lines = all.slice(0, SHOWN).map((verdict) => {
    const rank = verdict.severity ?? 'look';
    return markup`<li class="${rank}"><b>${WHEN[rank]}</b> ${sentence(verdict, runbooks)}<small>${FIRST_STEP[verdict.alert]}</small></li>`;
  });
  const rest = when(
    all.length > SHOWN,
    () => markup`<p>And ${all.length - SHOWN} more, none of them more severe: see <code>scan</code>.</p>`,
  );
  return markup`<section><h2>${title}</h2>
${foldedList('verdicts', lines, OPEN)}${rest}</section>`;
}

/** Of many, so few stand above everything else. */
const PLAIN = 3;

/** Plain lines, for what is to be known of the figures before they are read. */
export function verdictLines(all: readonly Verdict[], runbooks: string | null): Markup {
  const lines = all.slice(0, PLAIN).map((verdict) => markup`<p>${sentence(verdict, runbooks)}</p>`);
  const rest = when(
    all.length > PLAIN,
    () => markup`<p>And of ${counted(all.length - PLAIN, 'more agent')} the same: see <code>scan</code>.</p>`,
  );
  return markup`${lines}${rest}`;
}

function sentence({ alert, agent, text }: Verdict, runbooks: string | null): Markup {
  const whose = agent === null ? '' : `Agent ${agent}: `;
  const whole = agent === null ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return markup`<span>${whose}${whole}.</span> ${runbook(alert, runbooks)}`;
}
