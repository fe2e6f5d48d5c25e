import { printable } from '../../printable.ts';

/** HTML that is safe to stand in a page. Only `markup` makes it. */
export interface Markup {
  readonly html: string;
}

type Part = string | number | Markup | readonly Markup[];

/**
 * A template of HTML: what is put in is text and is escaped, in content and in quoted attributes, unless it is markup itself. A key
 * can hold characters that turn the direction of what stands behind them, or hide it: they are shown as in the terminal.
 */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { html: strings.map((each, at) => each + htmlOf(parts[at] ?? '')).join('') };
}

function htmlOf(part: Part): string {
  if (typeof part === 'object') return 'html' in part ? part.html : part.map(({ html }) => html).join('\n');
  return escapeHtml(printable(String(part)));
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Text or nothing, as a list that a template takes. */
export function when(holds: boolean, part: () => Markup): readonly Markup[] {
  return holds ? [part()] : [];
}

/** A list whose first items are shown, and the others when somebody opens them. */
export function foldedList(name: string, items: readonly Markup[], open: number): Markup {
  const list = (shown: readonly Markup[]) => markup`<ul class="${name}">
${shown}
</ul>`;
  const rest = items.slice(open);
  return markup`${list(items.slice(0, open))}${when(rest.length > 0, () => markup`<details><summary>And ${rest.length} more</summary>${list(rest)}</details>`)}`;
}

/** A table. On a narrow screen each row is a block, and each cell has the name of its column before it. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly (string | Markup)[])[],
): Markup {
  const headers = head.map((cell) => markup`<th scope="col">${cell}</th>`);
  const body = rows.map(
    (row) => markup`<tr>${row.map((cell, at) => markup`<td data-of="${head[at] ?? ''}">${cell}</td>`)}</tr>`,
  );
  return markup`<table><caption>${caption}</caption><thead><tr>${headers}</tr></thead><tbody>
${body}
</tbody></table>`;
}
