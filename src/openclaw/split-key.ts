/** The agent that a key names, and the segments after it: `agent:<id>:` needs three non-empty ones, all else is a legacy key. */
export function splitKey(key: string): { agent: string | null; rest: readonly string[] } {
  const parts = key.split(':');
  const [first, agent, third] = parts;
  if (first !== 'agent' || agent === undefined || agent === '' || third === undefined || third === '') {
    return { agent: null, rest: parts };
  }
  return { agent, rest: parts.slice(2) };
}

/** Cuts the thread or forum topic off, as it stands in the key; null: it names none. */
export function splitThread(segments: readonly string[]): { before: readonly string[]; thread: string | null } {
  const at = Math.max(segments.lastIndexOf('topic'), segments.lastIndexOf('thread'));
  if (at <= 0 || at === segments.length - 1) return { before: segments, thread: null };
  return { before: segments.slice(0, at), thread: segments.slice(at + 1).join(':') };
}
