import { statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { ExporterError } from '../src/errors.ts';
import { listen } from '../src/http/server.ts';
import { envName } from '../src/settings/flags.ts';
import { loadSettings, type Settings } from '../src/settings/settings.ts';
import { generateSample } from './generate.ts';
import { ownFolder } from './own-folder.ts';
import { endWithParent } from './with-parent.ts';

const STATE_DIR = 'openclaw.state-dir';
const CONFIG = 'openclaw.config';

/** `npm start`: serves this host's OpenClaw state directory, or a sample where there is none. */
const given = process.argv.slice(2);
const settings = settingsOf(given);
endWithParent();
const problem = settings !== null && needsSample(settings) ? await addressProblem(settings) : null;
if (problem === null) await serve();
else {
  process.stderr.write(`openclaw-store-exporter: ${problem}\n`);
  process.exitCode = 3;
}

async function serve(): Promise<void> {
  const args = settings !== null && needsSample(settings) ? [...serveSample(settings), ...given] : given;
  process.argv = [process.execPath, 'openclaw-store-exporter', 'serve', ...args];
  await import(new URL('../dist/main.js', import.meta.url).href);
}

/** Why nobody can listen there, before a banner says where to look; null: somebody can. */
async function addressProblem({ 'web.listen-address': address }: Settings): Promise<string | null> {
  const server = createServer();
  try {
    await listen(server, address);
  } catch (error) {
    if (error instanceof ExporterError) return error.message;
    throw error;
  }
  await new Promise((resolve) => server.close(resolve));
  return null;
}

/** null: the exporter itself says what is wrong with them, or prints its help. */
function settingsOf(args: readonly string[]): Settings | null {
  try {
    return loadSettings('serve', args, process.env);
  } catch (error) {
    if (error instanceof ExporterError) return null;
    throw error;
  }
}

/** Whoever names a state directory for the exporter means that one, also when it is missing. */
function needsSample({ stateDir }: Settings): boolean {
  return !isGiven(STATE_DIR) && process.env[envName(STATE_DIR)] === undefined && isMissing(stateDir);
}

function isGiven(flag: string): boolean {
  return given.some((arg) => arg === `--${flag}` || arg.startsWith(`--${flag}=`));
}

function isMissing(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    // It may be there and is closed to us, which the exporter reports; a sample would hide it.
    return false;
  }
}

/** Generates the sample and says so; the flags that serve it, beside the user's own. */
function serveSample(settings: Settings): string[] {
  const folder = ownFolder();
  generateSample(folder, Date.now());
  process.stderr.write(banner(settings));
  // The config too: OPENCLAW_CONFIG_PATH may name a real one.
  const config = isGiven(CONFIG) ? [] : [`--${CONFIG}=${join(folder, 'openclaw.json')}`];
  return [`--${STATE_DIR}=${folder}`, ...config];
}

function banner({ stateDir, 'web.listen-address': { host, port }, 'web.telemetry-path': path }: Settings): string {
  const lines = [
    'THIS IS A SAMPLE: generated sessions of nobody, with openclaw_store_demo 1.',
    '',
    `There is no OpenClaw state directory at ${stateDir}.`,
    `To serve a real one, set OPENCLAW_STATE_DIR or pass --${STATE_DIR}=DIR (npm start -- --${STATE_DIR}=DIR).`,
    '',
    `Look at http://${browserHost(host)}:${port}${path} and http://${browserHost(host)}:${port}/`,
  ];
  const edge = '='.repeat(Math.max(...lines.map((line) => line.length)));
  return `\n${[edge, ...lines, edge].join('\n')}\n\n`;
}

function browserHost(host: string): string {
  if (['', '127.0.0.1', '0.0.0.0', '::'].includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
