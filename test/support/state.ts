import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A small state directory that a test writes to as a gateway would. */
export interface TestState {
  readonly dir: string;
  readonly indexPath: string;
  /** Writes one session of the agent `main` with a whole transcript; returns its entry. */
  addSession(key: string, fields?: Record<string, unknown>): void;
  removeSession(key: string): void;
  transcriptPath(key: string): string;
  /** Replaces the index by a FIFO that nobody writes to. */
  blockIndex(): void;
  /** Puts the index back. */
  writeIndex(): void;
  cleanup(): void;
}

export function createState(config: object = { agents: { list: [{ id: 'main' }] } }): TestState {
  const dir = mkdtempSync(join(tmpdir(), 'openclaw-state-'));
  const sessions = join(dir, 'agents', 'main', 'sessions');
  const indexPath = join(sessions, 'sessions.json');
  const entries = new Map<string, Record<string, unknown>>();
  mkdirSync(sessions, { recursive: true });
  writeFileSync(join(dir, 'openclaw.json'), JSON.stringify(config));

  function idOf(key: string): string {
    return `id-${Buffer.from(key).toString('hex')}`;
  }
  function transcriptPath(key: string): string {
    return join(sessions, `${idOf(key)}.jsonl`);
  }
  function writeIndex(): void {
    // As OpenClaw does it: aside, then renamed.
    writeFileSync(`${indexPath}.tmp`, JSON.stringify(Object.fromEntries(entries), null, 2), { mode: 0o600 });
    renameSync(`${indexPath}.tmp`, indexPath);
  }
  writeIndex();
  return {
    dir,
    indexPath,
    addSession(key, fields = {}) {
      const now = Date.now();
      entries.set(key, {
        sessionId: idOf(key),
        updatedAt: now,
        sessionStartedAt: now,
        lastInteractionAt: now,
        status: 'done',
        totalTokens: 1000,
        totalTokensFresh: true,
        contextTokens: 200_000,
        ...fields,
      });
      // The transcript says the same as the entry: of two figures that differ the last usage counts.
      const { totalTokens } = fields;
      writeFileSync(transcriptPath(key), transcript(idOf(key), typeof totalTokens === 'number' ? totalTokens : 1000));
      writeIndex();
    },
    removeSession(key) {
      entries.delete(key);
      writeIndex();
    },
    transcriptPath,
    blockIndex() {
      rmSync(indexPath, { force: true });
      execFileSync('mkfifo', [indexPath]);
    },
    writeIndex,
    cleanup: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** A header, a question, and an answer with this usage. */
function transcript(id: string, tokens: number): string {
  const timestamp = new Date(0).toISOString();
  const usage = { input: tokens, output: 10, cacheRead: 0, cacheWrite: 0 };
  return [
    { type: 'session', version: 3, id, timestamp, cwd: '/' },
    { type: 'message', id: 'a1', parentId: null, timestamp, message: { role: 'user', content: 'synthetic' } },
    { type: 'message', id: 'a2', parentId: 'a1', timestamp, message: { role: 'assistant', content: [], usage } },
  ]
    .map((record) => `${JSON.stringify(record)}\n`)
    .join('');
}
