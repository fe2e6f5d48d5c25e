import { appendFileSync, lstatSync, readFileSync } from 'node:fs';
import { everyLook } from './every-look.ts';

/**
 * From now on this process is blocked as by a dead network mount: by a FIFO without a writer, whose reading never returns. A look at
 * anything of an agent blocks while there is a FIFO called `agents/<id>/dead-mount`, and one at a config that is a FIFO. A file that
 * the environment names gets a line before.
 */
const look = lstatSync;
let isBlocked = false;
everyLook((path) => {
  if (path.endsWith('/openclaw.json')) blockAt(path);
  const [folder] = /^.*?\/agents\/[^/]+/.exec(path) ?? [];
  if (folder === undefined) return;
  blockAt(`${folder}/dead-mount`);
});

function blockAt(path: string): void {
  // Reading is a look, too.
  if (isBlocked || look(path, { throwIfNoEntry: false })?.isFIFO() !== true) return;
  isBlocked = true;
  block(path);
  isBlocked = false;
}

export function block(path: string): void {
  const { BLOCKED_NOTE: note } = process.env;
  if (note !== undefined) appendFileSync(note, `${path}\n`);
  readFileSync(path);
}
