import { appendFileSync, lstatSync, readFileSync } from 'node:fs';
import { readIndex } from '../../src/read/file/index-file.ts';
import { runChild } from '../../src/scan/child.ts';
import { everyLook } from './every-look.ts';

/**
 * The scanning process with some differences, so that it can be blocked as by a dead network mount: a FIFO without a writer, whose
 * reading never returns. It opens an index or a config whatever it is, which the real reader refuses to do. And a look at anything
 * of an agent blocks while there is a FIFO called `agents/<id>/dead-mount`. A file that the environment names gets a line before.
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

function block(path: string): void {
  const { BLOCKED_NOTE: note } = process.env;
  if (note !== undefined) appendFileSync(note, `${path}\n`);
  readFileSync(path);
}

runChild((path, root) => {
  const result = readIndex(path, root);
  if (result.found === 'problem' && result.detail === 'not_regular') block(path);
  return result;
});
