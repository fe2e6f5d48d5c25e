import { type Markup, markup } from './markup.ts';

/** The name of an alert as a link to its runbook; without `--runbook-url` nobody knows where that is served, and its file is named. */
export function runbook(alert: string, base: string | null): Markup {
  if (base === null) return markup`<span title="docs/runbooks/${alert}.md">${alert}</span>`;
  return markup`<a href="${base.replace(/\/+$/, '')}/${alert}.md" rel="noreferrer">${alert}</a>`;
}
