import type { DatabaseSync } from 'node:sqlite';
import { MOST_CHARACTERS, MOST_SESSIONS } from '../../model/reading.ts';
import { unchanged } from '../../unchanged.ts';
import { BEFORE_ALL_ROWS } from './events.ts';
import { readMarks, readNodes, readNodesAt, type SessionNode, TooManySessions } from './nodes.ts';
import type { DatabaseSchema } from './schema.ts';
import type { Read } from './transcripts.ts';

/** Rows by their rowid, as they were read before. */
export type KnownRows = ReadonlyMap<string, SessionNode>;

/** A way to read rows in slices. */
export interface RowReader {
  /** Rows of a slice; the last one has fewer. */
  readonly size: number;
  next(database: DatabaseSync, schema: DatabaseSchema, after: bigint): SessionNode[];
}

/** Each row is read whole. One that says what it said before is the same object. */
export function wholeRows(known: KnownRows): RowReader {
  const size = 1000;
  return {
    size,
    next(database, schema, after) {
      return readNodes(database, schema, after, size).map((node) => unchanged(known.get(node.rowid), node));
    },
  };
}

/** Only the rows are read whose mark is another one. */
export function changedRows(known: KnownRows): RowReader {
  const size = 2000;
  return {
    size,
    next(database, schema, after) {
      const marks = readMarks(database, schema, after, size);
      const changed = marks.filter(({ rowid, mark }) => known.get(rowid)?.mark !== mark).map(({ rowid }) => rowid);
      const read = changed.length === 0 ? [] : readNodesAt(database, schema, changed);
      const anew = new Map(read.map((node) => [node.rowid, node]));
      return marks.flatMap(({ rowid }) => anew.get(rowid) ?? known.get(rowid) ?? []);
    },
  };
}

/** All rows; `first`: a slice that was read already. */
export async function allRows(
  read: Read,
  reader: RowReader,
  pause: () => Promise<void>,
  first: readonly SessionNode[] | null = null,
): Promise<SessionNode[]> {
  const nodes: SessionNode[] = [];
  let characters = 0;
  for (let slice = first ?? next(BEFORE_ALL_ROWS); ; slice = next(BigInt(slice.at(-1)?.rowid ?? 0))) {
    nodes.push(...slice);
    await pause();
    characters += slice.reduce((sum, node) => sum + node.characters, 0);
    if (nodes.length > MOST_SESSIONS || characters > MOST_CHARACTERS) throw new TooManySessions('database_unreadable');
    if (slice.length < reader.size) return nodes;
  }

  function next(after: bigint): SessionNode[] {
    return read((database, schema) => reader.next(database, schema, after));
  }
}

export function areKnown(nodes: readonly SessionNode[], known: KnownRows): boolean {
  return nodes.length === known.size && nodes.every((node) => known.get(node.rowid) === node);
}
