import { REPOSITORY, VERSION } from '../../version.ts';
import { type Markup, markup } from './markup.ts';

/** Where the runbooks can be read: where the operator serves them, else in the repository; null: nobody knows. */
export function runbookBase(given: string | null): string | null {
  return given?.replace(/\/+$/, '') ?? runbooksOnline(REPOSITORY, VERSION);
}

/** GitHub shows the files of a release below its tag. */
export function runbooksOnline(repository: string | null, version: string): string | null {
  const [, name] = /^(?:git\+)?https:\/\/github\.com\/([\w.-]+\/[\w.-]+?)(?:\.git)?$/.exec(repository ?? '') ?? [];
  return name === undefined ? null : `https://github.com/${name}/blob/v${version}/docs/runbooks`;
}

/** The name of an alert as a link to its runbook, or another text; where nobody knows where that is served, its file is named. */
export function runbook(alert: string, base: string | null, text = alert): Markup {
  if (base === null) return markup`<span title="docs/runbooks/${alert}.md">${text}</span>`;
  return markup`<a href="${base}/${alert}.md" rel="noreferrer">${text}</a>`;
}
