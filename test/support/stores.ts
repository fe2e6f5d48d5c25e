import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const STORES_DIR = new URL('../stores/', import.meta.url);

/** The names of the real stores that are kept with the tests. */
export const STORES = readdirSync(STORES_DIR, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

export interface FactFinding {
  finding: string;
  reason?: string | null;
  expected_agent?: string | null;
}

/** What is true of one session; a field that is absent is not judged, null means no series. */
export interface FactSession {
  agent: string;
  key: string;
  kind: string;
  channel?: string | null;
  session_id?: string | null;
  account?: string | null;
  tokens?: number | null;
  tokens_source?: string;
  window?: number | null;
  transcript?: string | null;
  transcript_bytes?: number | null;
  messages?: number | null;
  compactions?: number | null;
  started_ms?: number | null;
  last_activity_ms?: number | null;
  findings: FactFinding[];
}

export interface FactAgent {
  layout: string | null;
  schema?: number;
  unreadable?: boolean;
  sessions?: Record<string, number>;
  archived?: number;
  corrupted?: Record<string, number>;
  problem?: Record<string, number>;
  stuck?: number;
  undecided?: number;
  /** By class. */
  files?: Record<string, number>;
  bytes?: Record<string, number>;
  locks?: Record<string, number>;
}

/** The figures that are true of a store; `README.md` beside the stores explains the fields. */
export interface Facts {
  openclaw: string;
  era: 'file' | 'sqlite' | 'mixed';
  taken_at_ms: number;
  state_dir: string;
  agents: Record<string, FactAgent>;
  sessions: FactSession[];
}

export interface UnpackedStore {
  readonly stateDir: string;
  readonly facts: Facts;
  /** An hour after the store was frozen, in milliseconds since the epoch: what depends on the clock is as seen then. */
  readonly now: number;
  cleanup(): void;
}

export function storeFacts(name: string): Facts {
  return JSON.parse(readFileSync(new URL(`${name}/facts.json`, STORES_DIR), 'utf8'));
}

/** The schemas of the databases that real programs wrote, by store. In `sqlite-damaged` some were set by hand. */
export function realSchemas(): { store: string; openclaw: string; schemas: number[] }[] {
  return STORES.filter((store) => store !== 'sqlite-damaged')
    .map((store) => {
      const { openclaw, agents } = storeFacts(store);
      return { store, openclaw, schemas: [...new Set(Object.values(agents).flatMap(({ schema }) => schema || []))] };
    })
    .filter(({ schemas }) => schemas.length > 0);
}

/**
 * A fresh copy of a store in a temporary folder, times and modes as packed. The paths in its files are those of the
 * gateway's host; with `ownPath` they are rewritten to where the copy lies, as if it were that host.
 */
export function unpackStore(name: string, options: { ownPath?: boolean } = {}): UnpackedStore {
  const facts = storeFacts(name);
  const folder = mkdtempSync(join(tmpdir(), `store-${name}-`));
  execFileSync('tar', ['-xpzf', fileURLToPath(new URL(`${name}/state.tar.gz`, STORES_DIR)), '-C', folder]);
  const stateDir = join(folder, 'state');
  if (options.ownPath) rewritePaths(stateDir, facts.state_dir);
  return {
    stateDir,
    facts,
    now: facts.taken_at_ms + 3_600_000,
    cleanup: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** In config and indexes only: nothing else holds a path that is followed. */
function rewritePaths(stateDir: string, original: string): void {
  for (const path of readdirSync(stateDir, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('sessions.json') && path !== 'openclaw.json') continue;
    const file = join(stateDir, path);
    const { atime, mtime } = statSync(file);
    // Bytes, not text: a damaged index need not be UTF-8.
    const text = readFileSync(file, 'latin1');
    writeFileSync(file, text.replaceAll(original, stateDir), 'latin1');
    utimesSync(file, atime, mtime);
  }
}
