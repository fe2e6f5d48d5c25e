import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../log.ts';
import { BasicAuth, type Users } from './basic-auth.ts';
import { seldom } from './seldom.ts';
import { type RateLimit, TokenBucket } from './token-bucket.ts';

/** Who is answered, and with which headers. */
export interface Admission {
  /** Of every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Empty: nobody is asked for a password. */
  readonly users: Users;
  readonly rateLimit: RateLimit | null;
}

/** Everybody is answered. */
export const OPEN: Admission = { headers: {}, users: new Map(), rateLimit: null };

/** Whether a request is answered; false: it was answered with a refusal. */
export type Gate = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/**
 * Stands before every page, health too, as in exporter-toolkit. `admission` gives what holds at this moment; the same object
 * as long as it is the same.
 */
export function createGate(admission: () => Admission, log: Log, now: () => number): Gate {
  const auth = new BasicAuth();
  const tellWrong = seldom(
    (requests) => log.warn('requests with a wrong user name or password were refused', { requests }),
    now,
  );
  const tellBusy = seldom(
    (requests) => log.warn('requests were refused: too many passwords wait to be compared', { requests }),
    now,
  );
  let limited: { readonly by: RateLimit; readonly bucket: TokenBucket } | null = null;

  function isTooFast(rateLimit: RateLimit | null): boolean {
    if (rateLimit === null) return false;
    if (limited?.by !== rateLimit) limited = { by: rateLimit, bucket: new TokenBucket(rateLimit, now) };
    return !limited.bucket.take();
  }

  return async (request, response) => {
    const { headers, users, rateLimit } = admission();
    response.setHeaders(new Map(Object.entries(headers)));
    if (isTooFast(rateLimit)) {
      response.setHeader('Retry-After', '1');
      return refuse(response, 429, 'more requests than rate_limit of the web config lets through');
    }
    if (users.size === 0) return true;
    const { authorization } = request.headers;
    const verdict = await auth.check(users, authorization, {
      address: request.socket.remoteAddress ?? '',
      isGone: () => request.socket.destroyed,
    });
    if (verdict === 'right') return true;
    if (verdict === 'busy') {
      tellBusy();
      response.setHeader('Retry-After', '1');
      return refuse(response, 503, 'too many passwords wait to be compared');
    }
    if (authorization !== undefined) tellWrong();
    response.setHeader('WWW-Authenticate', 'Basic realm="openclaw-store-exporter", charset="UTF-8"');
    return refuse(response, 401, 'a user name and its password are needed');
  };
}

function refuse(response: ServerResponse, status: number, text: string): false {
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(`${text}\n`);
  return false;
}
