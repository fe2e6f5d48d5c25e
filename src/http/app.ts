import type { RequestListener } from 'node:http';
import express, { type Request, type Response } from 'express';
import { describeError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Admission, createGate, type Gate } from './gate.ts';
import { RequestSlots } from './request-slots.ts';
import { seldom } from './seldom.ts';
import { type Body, type Content, shareBody } from './shared-body.ts';

/** Prometheus 3 fails a scrape whose type it does not know: to the letter. */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Seconds after which a browser loads the status page again. */
const REFRESH_SECONDS = 60;

export interface AppOptions {
  /** Compared as a string: it may hold characters that a router would take for a pattern. */
  readonly telemetryPath: string;
  readonly metrics: () => Promise<Content>;
  readonly statusPage: () => string;
  /** Of its style, for the Content-Security-Policy. */
  readonly styleHash: string;
  readonly isReady: () => boolean;
  /** How many requests for metrics or the status page are answered at once. */
  readonly maxRequests: number;
  /** What holds at this moment; the same object as long as it is the same. */
  readonly admission: () => Admission;
  readonly log: Log;
  /** A clock in milliseconds that nobody can set. */
  readonly now?: () => number;
}

interface Pages {
  readonly options: AppOptions;
  readonly gate: Gate;
  readonly metrics: () => Promise<Body>;
  readonly statusPage: () => Promise<Body>;
  /** Whether there is room for one more answer; takes it. */
  readonly takeSlot: (request: Request, response: Response) => boolean;
}

/** The exporter's pages: metrics, status page, health. Everything else is 404. */
export function createApp(options: AppOptions): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  const now = options.now ?? (() => performance.now());
  const { log, maxRequests } = options;
  const slots = new RequestSlots(maxRequests);
  const warnOfRefusal = seldom(
    (refused) =>
      log.warn('requests were refused: more at once than --web.max-requests', { limit: maxRequests, refused }),
    now,
  );
  const pages: Pages = {
    options,
    gate: createGate(options.admission, log, now),
    metrics: shareBody(options.metrics, now),
    statusPage: shareBody(() => ({ first: null, rest: options.statusPage() }), now),
    takeSlot(request, response) {
      const isFree = slots.take(request, response);
      if (!isFree) warnOfRefusal();
      return isFree;
    },
  };
  app.use((request, response) => {
    answer(request, response, pages).catch((error: unknown) => {
      log.error('request failed', { err: describeError(error) });
      if (response.headersSent) response.destroy();
      else response.status(500).type('text/plain').send('internal error\n');
    });
  });
  return (request, response) => {
    request.url = originForm(request.url ?? '');
    app(request, response);
  };
}

/**
 * The path of a request target, which can be a whole address (RFC 9112, 3.2.2). One without a path that can be read becomes `*`,
 * which is no page: Express 5 would answer it by itself, with a page of its own, and ask nobody for a password.
 */
function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const [, path = '/'] = /^https?:\/\/[^/?#]+(\/.*)?$/i.exec(target) ?? [null, '*'];
  return path;
}

async function answer(request: Request, response: Response, pages: Pages): Promise<void> {
  if (!(await pages.gate(request, response))) return;
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.status(405).set('Allow', 'GET, HEAD').type('text/plain').send('method not allowed\n');
    return;
  }
  // The telemetry path first: `--web.telemetry-path=/` takes the place of the status page.
  // `originalUrl` too: a telemetry path with a question mark in it has no query behind it.
  const isMetrics = [request.path, request.originalUrl].includes(pages.options.telemetryPath);
  if (isMetrics || request.path === '/') {
    if (!pages.takeSlot(request, response)) return sendBusy(response);
    return isMetrics
      ? sendMetrics(request, response, await pages.metrics())
      : sendPage(response, await pages.statusPage(), pages.options);
  }
  // Health takes no slot: whoever asks for the pages too often does not get the exporter restarted.
  if (request.path === '/-/healthy') return sendText(response, 200, 'healthy\n');
  if (request.path === '/-/ready') {
    const ready = pages.options.isReady();
    return sendText(response, ready ? 200 : 503, ready ? 'ready\n' : 'the first scan has not ended yet\n');
  }
  sendText(response, 404, 'not found\n');
}

async function sendMetrics(request: Request, response: Response, body: Body): Promise<void> {
  response.set({ 'Content-Type': METRICS_TYPE, Vary: 'Accept-Encoding', 'Cache-Control': 'no-store' });
  if (request.acceptsEncodings('gzip') === false) {
    response.end(await body.plain());
    return;
  }
  response.set('Content-Encoding', 'gzip').end(body.gzip());
}

async function sendPage(response: Response, body: Body, { styleHash, admission }: AppOptions): Promise<void> {
  const plain = await body.plain();
  response.set({
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': `default-src 'none'; style-src ${styleHash}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'Referrer-Policy': 'no-referrer',
    // Without a script, and without a `meta` in the page, which is for tools of accessibility a fault.
    Refresh: String(REFRESH_SECONDS),
    'X-Content-Type-Options': 'nosniff',
    // What the operator says of one of these wins.
    ...admission().headers,
  });
  response.end(plain);
}

function sendBusy(response: Response): void {
  response.set('Retry-After', '1');
  sendText(response, 503, 'too many requests at once (--web.max-requests)\n');
}

function sendText(response: Response, status: number, text: string): void {
  response.status(status).set('Content-Type', 'text/plain; charset=utf-8').end(text);
}
