export interface Column {
  readonly head: string;
  /** Where its cells stand: numbers to the right. */
  readonly side: 'left' | 'right';
}

/** Rows of plain text below their heads, each column as wide as its widest cell. */
export function aligned(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const heads = columns.map(({ head }) => head);
  // One by one: 130,000 rows are too many arguments of one call.
  const widths = columns.map((_, at) =>
    [heads, ...rows].reduce((widest, row) => Math.max(widest, row[at]?.length ?? 0), 0),
  );
  return [heads, ...rows].map((row) =>
    columns
      .map(({ side }, at) => {
        const cell = row[at] ?? '';
        return side === 'right' ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0);
      })
      .join('  ')
      .trimEnd(),
  );
}
