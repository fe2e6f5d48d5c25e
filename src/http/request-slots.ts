import type { IncomingMessage, ServerResponse } from 'node:http';

/** Milliseconds that one answer may take, however it is read. A client that reads nothing is ended sooner. */
const ANSWER_MS = 30_000;

/** Counts the requests that are being answered, and refuses those above a limit. */
export class RequestSlots {
  private readonly limit: number;
  private taken = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Whether the request may be answered. Its slot is free again when the answer was taken, or its connection is gone. */
  take(request: IncomingMessage, response: ServerResponse): boolean {
    if (this.taken >= this.limit) return false;
    this.taken += 1;
    const tooSlow = setTimeout(() => request.socket.destroy(), ANSWER_MS).unref();
    let isTaken = true;
    const release = () => {
      if (!isTaken) return;
      isTaken = false;
      this.taken -= 1;
      clearTimeout(tooSlow);
    };
    response.once('close', release);
    // An answer that waits behind another one on its connection never hears that the connection closed.
    request.once('close', release);
    return true;
  }
}
