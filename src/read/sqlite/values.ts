/** SQLite refuses what is nested more than a thousand times; JSON.parse, and so OpenClaw, does not. null: no JSON. */
export function parseOrNull(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** A column of text: a column of SQLite holds a value of any type. */
export function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
