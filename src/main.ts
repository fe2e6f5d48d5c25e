#!/usr/bin/env node
// No static imports: an older Node must reach the message instead of failing on syntax it does not know.
const NEEDED = 24;

if (Number(process.versions.node.split('.')[0]) < NEEDED) {
  process.stderr.write(
    `openclaw-store-exporter needs Node ${NEEDED} or later; this is Node ${process.versions.node}.\n`,
  );
  process.exit(3);
}
const { runCli } = await import('./cli.ts');
process.exitCode = await runCli(process.argv.slice(2));

export {};
