// Run by `npm ci` on the machine's own Node, whatever its version: as the script `dependencies`, since for one called
// `prepare` npm warns whoever installs the packed file. Links node_modules/.bin/node to the Node 24 that
// came as an optional dependency of tools/node. npm 11 and 12 make that link themselves; npm 9 and 10 lose it when the
// package was hoisted. Where there is no such package (another platform) the machine's own Node has to be 24.
import { existsSync, mkdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tools = join(root, 'tools', 'node');
const names = [`node-${process.platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`];

function findBinary() {
  for (const base of [root, tools]) {
    const require = createRequire(join(base, 'package.json'));
    for (const name of names) {
      try {
        const binary = join(dirname(require.resolve(`${name}/package.json`)), 'bin', 'node');
        if (existsSync(binary)) return binary;
      } catch {
        // Not installed here: the next name, or the next folder.
      }
    }
  }
  return null;
}

/** Whether the link is there and leads to this binary. A link that is right is left alone: other processes may use it now. */
function leadsTo(link, binary) {
  return existsSync(link) && realpathSync(link) === realpathSync(binary);
}

const binary = findBinary();
if (binary !== null) {
  const folder = join(root, 'node_modules', '.bin');
  mkdirSync(folder, { recursive: true });
  // `node_modules` can itself be a link to another folder, and the link in it is relative to where it really lies.
  const link = join(realpathSync(folder), 'node');
  if (!leadsTo(link, binary)) {
    rmSync(link, { force: true });
    symlinkSync(relative(dirname(link), binary), link);
  }
}
