import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Clients, clientsOf, healthDuring, peakMemory } from '../support/clients.ts';
import { type Exporter, startExporter } from '../support/exporter.ts';
import { waitFor } from '../support/processes.ts';
import { createState, type State } from '../support/state.ts';

const SCRAPE = 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n';
/** Enough that an answer does not fit into what the kernel keeps for a client that does not read. */
const SESSIONS = 4000;
const LONG = 'x'.repeat(200);
const LARGEST_MEMORY = 300_000_000;

let state: State;
let exporter: Exporter;
let clients: Clients;

beforeAll(async () => {
  state = createState({ live: true, kept: true });
  const now = Date.now();
  const entry = { updatedAt: now, totalTokens: 1000, totalTokensFresh: true, contextTokens: 200_000 };
  const keys = Array.from({ length: SESSIONS }, (_, at) => `agent:main:${LONG}${at}`);
  writeFileSync(
    state.indexPath('main'),
    JSON.stringify(Object.fromEntries(keys.map((key, at) => [key, { ...entry, sessionId: `id-${at}` }]))),
  );
  exporter = await startExporter(state.dir, {
    schedule: '* * * * *',
    flags: [`--session.limit=${SESSIONS}`, `--privacy.peers=plain`],
  });
});
afterAll(async () => {
  await exporter.stop();
  state.remove();
});
afterEach(() => clients.close());

/** Whatever the clients did: it answered all the while, it serves, and it is no larger for it. */
async function expectUnharmed(work: () => Promise<unknown>): Promise<void> {
  clients = clientsOf(exporter.address);
  expect(await healthDuring(clients, work)).toEqual(new Set([200]));
  clients.close();
  await waitFor('a scrape', async () => (await clients.get('/metrics')).status === 200, exporter.running);
  expect(peakMemory(exporter.running.pid)).toBeLessThan(LARGEST_MEMORY);
}

describe('the exporter answers, and stays small, beside', () => {
  it('1,000 scrapes at once: each is answered whole, or told to come again', async () => {
    await expectUnharmed(async () => {
      const answers = await Promise.all(Array.from({ length: 1000 }, () => clients.get('/metrics')));
      for (const { status } of answers) expect([200, 503]).toContain(status);
      const whole = answers.filter(({ status }) => status === 200);
      expect(whole.length).toBeGreaterThanOrEqual(40);
      for (const { body } of whole.slice(0, 5)) expect(gunzipSync(body).toString()).toContain('session="agent:main:');
    });
  });

  it('5,000 connections whose request never ends', async () => {
    await expectUnharmed(async () => {
      await clients.open(5000, 'GET /metrics HTTP/1.1\r\nHo', 'read');
      // 2,000 stay, and some wait to be taken or have not heard yet that they were ended; those that stay are ended for their silence.
      expect(clients.openCount()).toBeLessThan(4000);
      await waitFor('the last one to be ended', () => clients.openCount() === 0);
    });
  });

  it('300 clients that ask and never read', async () => {
    await expectUnharmed(async () => {
      await clients.open(300, SCRAPE, 'never read');
      expect((await clients.get('/metrics')).status).toBe(503);
      await waitFor('a place to be free', async () => (await clients.get('/metrics')).status === 200);
    });
  });

  it('5,000 requests on each of 50 connections, none of which waits for an answer', async () => {
    for (const path of ['/metrics', '/', '/-/healthy']) {
      await expectUnharmed(async () => {
        const sent = SCRAPE.replace('/metrics', path).repeat(5000);
        for (const answers of await Promise.all(Array.from({ length: 50 }, () => clients.exchange(sent))))
          expect(answers.match(/^HTTP\/1\.1 \d+/gm)?.length ?? 0).toBeLessThanOrEqual(10);
      });
    }
  });
});

describe('SIGTERM', () => {
  it('ends the exporter with 0 whatever its clients do, and a second signal changes nothing', async () => {
    clients = clientsOf(exporter.address);
    await clients.open(100, SCRAPE, 'never read');
    await clients.open(300, 'GET /metrics HTTP/1.1\r\nHo', 'never read');
    await clients.open(100, '', 'never read');
    exporter.running.kill('SIGTERM');
    await waitFor('the stop', () => exporter.running.output().includes('msg=stopping'));
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) exporter.running.kill(signal);
    // Time for the signals to end it, if they did.
    await sleep(50);
    expect(await exporter.running.exited).toEqual({ code: 0, signal: null });
  });
});
