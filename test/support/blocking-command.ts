import { runCli } from '../../src/cli.ts';
import './dead-mounts.ts';

/** The command line, blocked by dead mounts. */
process.exitCode = await runCli(process.argv.slice(2));
