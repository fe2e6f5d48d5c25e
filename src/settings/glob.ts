/**
 * Whether a text is what a pattern describes; `*` stands for any text, none too. Not a glob of paths: a key may hold
 * slashes, and `*` covers them. Each part is looked for once, from left to right: a regular expression with many `.*` would
 * try every way to divide a long key among them.
 */
export function glob(pattern: string): (text: string) => boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return (text) => text === pattern;
  const between = rest.filter((part) => part !== '');
  return (text) => {
    const end = text.length - last.length;
    if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let from = first.length;
    for (const part of between) {
      const at = text.indexOf(part, from);
      if (at === -1) return false;
      from = at + part.length;
    }
    return from <= end;
  };
}
