import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { waitFor } from './processes.ts';

/** One alert of a webhook post; `path` is the URL's, so that several receivers can share one server. */
export type ReceivedAlert = {
  path: string;
  status: 'firing' | 'resolved';
  labels: Record<string, string>;
  annotations: Record<string, string>;
};
export type Receiver = {
  url: string;
  alerts: readonly ReceivedAlert[];
  waitFor: (what: string, predicate: (alert: ReceivedAlert) => boolean) => Promise<ReceivedAlert>;
  stop: () => Promise<void>;
};

/** An HTTP server on a loopback port that records what Alertmanager's webhooks post to it. */
export async function startReceiver(): Promise<Receiver> {
  const alerts: ReceivedAlert[] = [];
  const server = createServer(async (request, response) => {
    const body = (await json(request)) as { alerts: Omit<ReceivedAlert, 'path'>[] };
    alerts.push(...body.alerts.map((alert) => ({ ...alert, path: request.url ?? '/' })));
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    alerts,
    waitFor: (what, predicate) => waitFor(`the alert ${what}`, () => alerts.find(predicate)),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
