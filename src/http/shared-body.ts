import { type Deflated, gzipOf, plainOf } from '../deflated.ts';

/** Milliseconds for which requests share one body. */
const SHARED_MS = 1000;

/** What a page says. */
export interface Content {
  /** What was compressed before. */
  readonly first: Deflated | null;
  readonly rest: string;
}

/** A page as bytes. Every answer refers to the same ones, so a client that does not read holds no copy. */
export interface Body {
  /** Made at the first call, as the other one. */
  plain(): Promise<Buffer>;
  gzip(): Buffer;
}

/**
 * Gives the body of a page; requests within a second share one. `now` is a clock in milliseconds that nobody can set.
 * A page that cannot be made rejects for those that asked, and is tried again at the next request.
 */
export function shareBody(make: () => Content | Promise<Content>, now: () => number): () => Promise<Body> {
  let shared: { readonly madeAt: number; readonly body: Promise<Body> } | null = null;
  return () => {
    if (shared !== null && now() - shared.madeAt < SHARED_MS) return shared.body;
    const made = { madeAt: now(), body: makeBody(make) };
    shared = made;
    made.body.catch(() => {
      if (shared === made) shared = null;
    });
    return made.body;
  };
}

async function makeBody(make: () => Content | Promise<Content>): Promise<Body> {
  const { first, rest } = await make();
  let plain: Promise<Buffer> | null = null;
  let zipped: Buffer | null = null;
  return {
    plain() {
      plain ??= plainOf(first, rest);
      return plain;
    },
    gzip() {
      zipped ??= gzipOf(first, rest);
      return zipped;
    },
  };
}
