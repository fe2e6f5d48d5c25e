#!/usr/bin/env node
// No static imports: an older Node must reach the message instead of failing on syntax it does not know.
// 24.10 brought the authorizer of node:sqlite.
const NEEDED = { major: 24, minor: 10 };
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < NEEDED.major || (major === NEEDED.major && minor < NEEDED.minor)) {
  process.stderr.write(
    `openclaw-store-exporter needs Node ${NEEDED.major}.${NEEDED.minor} or later, and this is Node ${process.versions.node}. ` +
      'In a clone npm ci has brought one: npx openclaw-store-exporter, or node_modules/.bin/node dist/main.js, run with it. ' +
      'Elsewhere, install it first.\n',
  );
  process.exit(3);
}
// By itself Node opens a debugger at this signal, by which every user of the machine can run code as this one.
process.on('SIGUSR1', () => undefined);
const args = process.argv.slice(2);
const [command = 'serve'] = args;
const serves = command === 'serve' || command.startsWith('-');
if (serves) {
  // It is loaded before it answers SIGHUP. Until then nothing of its config was read, and a SIGHUP must not end it.
  process.on('SIGHUP', () => undefined);
  // The main process keeps little and makes garbage, for which V8 would let the young generation grow: after 50 reloads
  // it had 256 MB, and 131 so. A flag of the command line would be lost with `npx`.
  process.getBuiltinModule('node:v8').setFlagsFromString('--semi-space-growth-factor=1');
}
const { runCli } = await import('./cli.ts');
const code = await runCli(args);
process.exitCode = code;
// When Node takes a process down it gives the signals back first: one more SIGHUP then ends it by that signal. An exit does not. Its log is
// written before.
if (serves) process.stderr.write('', () => process.exit(code));

export {};
