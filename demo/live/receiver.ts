import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import { z } from 'zod';

const Message = z.object({
  alerts: z.array(
    z.object({
      status: z.enum(['firing', 'resolved']),
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()),
    }),
  ),
});

export type Alert = z.infer<typeof Message>['alerts'][number];

/** Takes what Alertmanager sends to the operator, as a pager would. Resolves with its address. */
export async function startReceiver(onAlert: (alert: Alert) => void): Promise<{ server: Server; url: string }> {
  const server = createServer(async (request, response) => {
    try {
      for (const alert of Message.parse(await json(request)).alerts) onAlert(alert);
      response.end();
    } catch {
      response.writeHead(400).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port');
  return { server, url: `http://127.0.0.1:${address.port}/` };
}
