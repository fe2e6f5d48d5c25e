import { readIndex } from '../../src/read/file/index-file.ts';
import { runChild } from '../../src/scan/child.ts';
import { block } from './dead-mounts.ts';

/** The scanning process, blocked by dead mounts. It opens an index whatever it is, too, which the real reader refuses to do. */
runChild((path, root) => {
  const result = readIndex(path, root);
  if (result.found === 'problem' && result.detail === 'not_regular') block(path);
  return result;
});
