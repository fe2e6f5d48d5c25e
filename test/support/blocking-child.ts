import { readFileSync } from 'node:fs';
import { readIndex } from '../../src/read/file/index-file.ts';
import { runChild } from '../../src/scan/child.ts';

/**
 * The scanning process with one difference: it opens an index whatever it is. Where a FIFO without a writer lies the
 * read never returns, as on a dead network mount; the real reader refuses a FIFO before it opens it.
 */
runChild((path, root) => {
  const result = readIndex(path, root);
  if (result.found === 'problem' && result.detail === 'not_regular') readFileSync(path);
  return result;
});
