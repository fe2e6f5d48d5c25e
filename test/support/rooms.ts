import { posix } from 'node:path';
import { APART, ROOMS } from '../../scripts/rooms.ts';

/** A file of `src/`: its path below `src/` and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const IMPORT = /(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g;

/** What breaks the order of the rooms, a line for each import, with what to do. */
export function offendersOf(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const from = roomOf(path);
    if (from === null) return [`src/${path} lies in no room: add its room to scripts/rooms.ts`];
    return [...text.matchAll(IMPORT)].flatMap(([, specifier = '']) => {
      const target = posix.normalize(posix.join(posix.dirname(path), specifier));
      const to = roomOf(target);
      const reason = to === null ? 'which lies in no room' : reasonAgainst(from, to);
      return reason === null ? [] : [`src/${path} imports src/${target}, ${reason}`];
    });
  });
}

function reasonAgainst(from: string, to: string): string | null {
  if (from === to) return null;
  if (APART.some((pair) => pair.includes(from) && pair.includes(to))) {
    return `but ${from} and ${to} share nothing: move what both need to a room below them`;
  }
  const [own, other] = [from, to].map((room) => ROOMS.findIndex(({ path }) => path === room));
  if (own !== undefined && other !== undefined && own < other) return null;
  return `but the room ${to} is above ${from}: move what is needed to ${from} or below it`;
}

/** The deepest room that a file lies in. */
export function roomOf(path: string): string | null {
  const rooms = ROOMS.filter((room) => path === room.path || path.startsWith(`${room.path}/`));
  return rooms.toSorted((a, b) => b.path.length - a.path.length)[0]?.path ?? null;
}
