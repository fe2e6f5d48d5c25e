import { readFileSync } from 'node:fs';
import { get as httpGet, type IncomingMessage, type RequestOptions } from 'node:http';
import { get as httpsGet } from 'node:https';
import { DEFAULT_CIPHERS } from 'node:tls';
import { codeOf, describeError } from './errors.ts';
import type { Settings } from './settings/settings.ts';
import { print } from './stdout.ts';

const HEALTHY = 0;
const UNHEALTHY = 1;
const PATH = '/-/healthy';
/** Milliseconds without an answer. Shorter than the check of a container may take. */
const GIVE_UP_MS = 3000;
/** What an exporter answers that is well: one that asks for a password, and one that was asked too often, live as well. */
const ALIVE = [200, 401, 429];
/** A certificate of any name and any age of TLS: only whether it answers is asked. */
const ANY_TLS = { rejectUnauthorized: false, minVersion: 'TLSv1', ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0` } as const;

/**
 * Asks the exporter of this host whether it is healthy, over HTTP and where that fails over TLS, whatever its
 * certificate says. Prints what it heard. Returns 0 when it is healthy, else 1. `load` gives the settings of `serve` for
 * a command line.
 */
export async function runHealthy(
  settings: Settings,
  load: (args: readonly string[]) => Settings,
  firstProcess = '/proc/1/cmdline',
): Promise<number> {
  const served = flagsOfServe(firstProcess);
  const { host, port } = (served === null ? settings : load(served))['web.listen-address'];
  const options = { host: reachable(host), port, path: PATH, timeout: GIVE_UP_MS };
  const answer = await ask(options);
  await print(`${answer.text}\n`);
  return answer.isHealthy ? HEALTHY : UNHEALTHY;
}

interface Answer {
  readonly isHealthy: boolean;
  readonly text: string;
}

async function ask(options: RequestOptions): Promise<Answer> {
  try {
    return await request(options, false);
  } catch (error) {
    if (codeOf(error) === 'ECONNREFUSED') return { isHealthy: false, text: describeError(error) };
  }
  try {
    return await request(options, true);
  } catch (error) {
    return { isHealthy: false, text: `no answer: ${describeError(error)}` };
  }
}

function request(options: RequestOptions, isTls: boolean): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let hasShakenHands = false;
    const answered = (response: IncomingMessage) => {
      response.resume();
      const { statusCode = 0 } = response;
      resolve({ isHealthy: ALIVE.includes(statusCode), text: `answered ${statusCode}` });
    };
    const own = { ...options, agent: false };
    const sent = isTls ? httpsGet({ ...own, ...ANY_TLS }, answered) : httpGet(own, answered);
    sent.on('timeout', () => sent.destroy(new Error(`no answer in ${GIVE_UP_MS} ms`)));
    sent.on('socket', (socket) => socket.once('secureConnect', () => (hasShakenHands = true)));
    sent.on('error', (error) => {
      // It asks for a certificate of its clients, and this is none of them.
      if (hasShakenHands) resolve({ isHealthy: true, text: 'answered, and asks for a certificate' });
      else reject(error);
    });
  });
}

/** An address to listen on can mean all of them; none of those can be called. */
function reachable(host: string): string {
  return ['', '0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
}

/**
 * In a container the exporter is process 1 (or the child of a small `init` with the same words), and the check of the
 * container is not given its flags. null: process 1 is another program, or cannot be looked at.
 */
function flagsOfServe(path: string): string[] | null {
  try {
    const words = readFileSync(path, 'utf8').replace(/\0$/, '').split('\0');
    const program = words.findIndex((word) => /(?:^|\/)(?:openclaw-store-exporter|dist\/main\.js)$/.test(word));
    if (program === -1) return null;
    const [first, ...rest] = words.slice(program + 1);
    return first === 'serve' ? rest : first?.startsWith('-') ? [first, ...rest] : first === undefined ? [] : null;
  } catch {
    return null;
  }
}
