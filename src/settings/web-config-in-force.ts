import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { CLOCK_TICK_MS } from '../disk/files.ts';
import { describeError, ExporterError, inOneLine } from '../errors.ts';
import type { Log } from '../log.ts';
import { readWebConfig, readWebFile, type WebConfig } from './web-config.ts';

/** How often its files are looked at. */
const LOOK_MS = 1000;

/** The web config as its file says it. What changes in it, or in a file that it names, holds about a second later. */
export class WebConfigInForce {
  private readonly path: string;
  private readonly log: Log;
  private inForce: WebConfig;
  /** What the files looked like when they were read. */
  private seen = new Map<string, string>();
  private isLooking = false;
  /** Why another one is in force than the one of the files. */
  private problem: string | null = null;

  /** Throws an ExporterError when the config cannot be used. */
  constructor(path: string, log: Log) {
    this.path = path;
    this.log = log;
    this.inForce = this.read();
    for (const warning of this.inForce.warnings) log.warn(warning);
  }

  /** The same object as long as it says the same. */
  get config(): WebConfig {
    return this.inForce;
  }

  get warnings(): readonly string[] {
    return this.inForce.warnings;
  }

  /** Why what the files say now is not in force, in sentences; null: it is. */
  get refused(): string | null {
    if (this.problem === null) return null;
    return `--web.config.file was changed, and cannot be used: what it said before is in force. ${this.problem}`;
  }

  /** As long as this process lives. */
  follow(): void {
    setInterval(() => void this.look(), LOOK_MS).unref();
  }

  /** Without waiting for a disk: the pages are answered whatever happens to the folder of a certificate. */
  async look(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    const isChanged = await this.hasChanged();
    this.isLooking = false;
    if (isChanged) this.load();
  }

  /** One file after the other: each that does not answer holds one of the four threads of Node, which the pages need, too. */
  private async hasChanged(): Promise<boolean> {
    for (const [path, seen] of [...this.seen]) {
      if ((await stat(path, { bigint: true }).then(signature, describeError)) !== seen) return true;
    }
    return false;
  }

  private load(): void {
    try {
      const next = this.read();
      if ((next.tls === null) !== (this.inForce.tls === null)) throw this.needsRestart();
      const isSame = isDeepStrictEqual(next, this.inForce);
      if (isSame && this.problem === null) return;
      this.problem = null;
      this.inForce = isSame ? this.inForce : next;
    } catch (error) {
      const problem = error instanceof ExporterError ? inOneLine(error) : describeError(error);
      if (problem === this.problem) return;
      this.problem = problem;
      this.log.error('the web config could not be loaded again: the one before stays in force', { err: problem });
      return;
    }
    this.log.info('the web config was loaded again');
    for (const warning of this.inForce.warnings) this.log.warn(warning);
  }

  private read(): WebConfig {
    this.seen = new Map();
    return readWebConfig(this.path, (path) => {
      // Before it is read: what changes meanwhile is seen at the next look.
      this.seen.set(path, signatureNow(path));
      return readWebFile(path);
    });
  }

  private needsRestart(): ExporterError {
    return new ExporterError(
      'E_CONFIG',
      `${this.path}: tls_server_config takes effect at the next start only where it was not there before, or is gone now`,
    );
  }
}

function signatureNow(path: string): string {
  try {
    const found = statSync(path, { bigint: true });
    // It may change once more without a new time: so it is read again.
    if (Math.abs(Date.now() - Number(found.ctimeMs)) < CLOCK_TICK_MS) return 'just written';
    return signature(found);
  } catch (error) {
    return describeError(error);
  }
}

interface Stat {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

function signature({ dev, ino, size, mtimeNs, ctimeNs }: Stat): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}
