import { readFileSync } from 'node:fs';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** Clients of an exporter on the loopback address, good ones and bad ones. */
export interface Clients {
  /** A request on a connection of its own; rejects when the connection ends before the whole answer is there. */
  get(
    path: string,
    options?: { method?: string; headers?: Record<string, string> },
  ): Promise<{ status: number | undefined; headers: IncomingHttpHeaders; body: Buffer }>;
  /** Opens connections that send this text, and then nothing; some read what they are sent, others never do. */
  open(count: number, sent: string, reads: 'read' | 'never read'): Promise<void>;
  /** How many of those that read the other side has not ended. */
  openCount(): number;
  /** Sends this text on one connection and reads until the other side ends it. */
  exchange(sent: string): Promise<string>;
  close(): void;
}

const AT_ONCE = 250;

export function clientsOf(address: string): Clients {
  const [host = '', port = ''] = address.split(':');
  const target = { host, port: Number(port) };
  const sockets = new Set<Socket>();

  function opened(sent: string, reads: 'read' | 'never read'): Promise<void> {
    return new Promise((resolve) => {
      const socket = connect(target);
      sockets.add(socket);
      socket.once('connect', () => socket.write(sent, () => resolve()));
      // One that is refused or ended is what may happen to such a client.
      socket.once('error', () => resolve());
      socket.once('close', () => sockets.delete(socket));
      if (reads === 'read') socket.resume();
      else socket.pause();
    });
  }
  return {
    async get(path, { method = 'GET', headers = { 'accept-encoding': 'gzip' } } = {}) {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request({ ...target, path, method, agent: false, headers }, resolve)
          .once('error', reject)
          .end();
      });
      return { status: response.statusCode, headers: response.headers, body: await buffer(response) };
    },
    async open(count, sent, reads) {
      for (let left = count; left > 0; left -= AT_ONCE) {
        await Promise.all(Array.from({ length: Math.min(AT_ONCE, left) }, () => opened(sent, reads)));
      }
    },
    openCount: () => sockets.size,
    exchange(sent) {
      return new Promise((resolve) => {
        const socket = connect(target);
        const chunks: string[] = [];
        socket.setEncoding('latin1').on('data', (chunk: string) => chunks.push(chunk));
        // The other side may end it while this one still sends.
        socket.on('error', () => undefined);
        socket.once('close', () => resolve(chunks.join('')));
        socket.write(sent);
      });
    },
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Asks for the health again and again while `work` runs; returns the status of each answer, or the code of its error. */
export async function healthDuring(
  clients: Clients,
  work: () => Promise<unknown>,
): Promise<Set<number | string | undefined>> {
  const seen = new Set<number | string | undefined>();
  let isDone = false;
  async function watch(): Promise<void> {
    do {
      const answer = clients.get('/-/healthy').then(({ status }) => status);
      seen.add(await answer.catch((error: NodeJS.ErrnoException) => error.code));
      await sleep(20);
    } while (!isDone);
  }
  const watching = watch();
  await work();
  isDone = true;
  await watching;
  return seen;
}

/** Bytes of memory that the process had at most. */
export function peakMemory(pid: number): number {
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1]) * 1024;
}
