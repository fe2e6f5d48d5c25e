import express, { type Express, type Request, type Response } from 'express';
import { describeError } from '../errors.ts';
import type { Log } from '../log.ts';
import { RequestSlots } from './request-slots.ts';
import { type Body, shareBody } from './shared-body.ts';

/** Prometheus 3 fails a scrape whose type it does not know: to the letter. */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Seconds after which a browser loads the status page again. */
const REFRESH_SECONDS = 60;

/** Milliseconds between two lines of the log about requests that were refused. */
const REFUSED_LOG_MS = 60_000;

export interface AppOptions {
  /** Compared as a string: it may hold characters that a router would take for a pattern. */
  readonly telemetryPath: string;
  readonly metrics: () => Promise<string>;
  readonly statusPage: () => string;
  /** Of its style, for the Content-Security-Policy. */
  readonly styleHash: string;
  readonly isReady: () => boolean;
  /** How many requests for metrics or the status page are answered at once. */
  readonly maxRequests: number;
  readonly log: Log;
  /** A clock in milliseconds that nobody can set. */
  readonly now?: () => number;
}

interface Pages {
  readonly options: AppOptions;
  readonly metrics: () => Promise<Body>;
  readonly statusPage: () => Promise<Body>;
  /** Whether there is room for one more answer; takes it. */
  readonly takeSlot: (request: Request, response: Response) => boolean;
}

/** The exporter's pages: metrics, status page, health. Everything else is 404. */
export function createApp(options: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  const now = options.now ?? (() => performance.now());
  const slots = new RequestSlots(options.maxRequests);
  const warnOfRefusal = refusalWarning(options, now);
  const pages: Pages = {
    options,
    metrics: shareBody(options.metrics, now),
    statusPage: shareBody(options.statusPage, now),
    takeSlot(request, response) {
      const isFree = slots.take(request, response);
      if (!isFree) warnOfRefusal();
      return isFree;
    },
  };
  app.use((request, response) => {
    answer(request, response, pages).catch((error: unknown) => {
      options.log.error('request failed', { err: describeError(error) });
      if (response.headersSent) response.destroy();
      else response.status(500).type('text/plain').send('internal error\n');
    });
  });
  return app;
}

async function answer(request: Request, response: Response, pages: Pages): Promise<void> {
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
    response.end(body.plain);
    return;
  }
  const zipped = await body.gzip();
  response.set('Content-Encoding', 'gzip').end(zipped);
}

function sendPage(response: Response, { plain }: Body, { styleHash }: AppOptions): void {
  response.set({
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': `default-src 'none'; style-src ${styleHash}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'Referrer-Policy': 'no-referrer',
    // Without a script, and without a `meta` in the page, which is for tools of accessibility a fault.
    Refresh: String(REFRESH_SECONDS),
    'X-Content-Type-Options': 'nosniff',
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

/** Not for each one: the log must not grow with the requests of a client. */
function refusalWarning({ log, maxRequests }: AppOptions, now: () => number): () => void {
  let refused = 0;
  let lastAt: number | null = null;
  return () => {
    refused += 1;
    if (lastAt !== null && now() - lastAt < REFUSED_LOG_MS) return;
    lastAt = now();
    log.warn('requests were refused: more at once than --web.max-requests', { limit: maxRequests, refused });
    refused = 0;
  };
}
