import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';

/** What this process is given: files with a copy of each, and the file that says how much was done. */
export interface RestlessFiles {
  readonly files: readonly { readonly path: string; readonly copy: string }[];
  readonly elsewhere: string;
  readonly fifo: string;
  readonly done: string;
}

const { files, elsewhere, fifo, done }: RestlessFiles = JSON.parse(process.argv[2] ?? '');
execFileSync('mkfifo', [fifo]);

/** What happens to a file; each time another thing may lie in its place already. */
const CHANGES: readonly ((path: string, copy: string) => void)[] = [
  (path, copy) => copyFileSync(copy, path),
  (path, copy) => copyFileSync(copy, path),
  (path) => appendFileSync(path, '\n{"type":"message"'),
  (path) => truncateSync(path, Math.floor(statSync(path).size * Math.random())),
  (path) => truncateSync(path, statSync(path).size * 2),
  (path) => rmSync(path, { recursive: true, force: true }),
  (path) => symlinkSync(elsewhere, path),
  (path) => symlinkSync(path, path),
  (path) => mkdirSync(path),
  (path) => writeFileSync(path, ''),
  // A FIFO in one step, and the file in one step back.
  (path) => {
    renameSync(fifo, path);
    execFileSync('mkfifo', [fifo]);
  },
  (path, copy) => {
    copyFileSync(copy, `${path}.new`);
    renameSync(`${path}.new`, path);
  },
];

for (let changes = 0; ; ) {
  const file = files[Math.floor(Math.random() * files.length)];
  const change = CHANGES[Math.floor(Math.random() * CHANGES.length)];
  if (file === undefined || change === undefined) continue;
  try {
    // A FIFO blocks who opens it, and a link leads to what is not to be changed.
    if (lstatSync(file.path, { throwIfNoEntry: false })?.isFile() !== true)
      rmSync(file.path, { recursive: true, force: true });
    change(file.path, file.copy);
    changes += 1;
    writeFileSync(done, String(changes));
  } catch {
    // A change that cannot be made to what lies there now.
  }
}
