import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent } from '../config.ts';
import { indexEntry } from '../entries.ts';
import type { NamedSession } from '../named-session.ts';
import { transcriptText } from '../transcripts.ts';
import type { LiveAgent } from './live-agent.ts';
import { LiveTranscript } from './transcript.ts';

interface Living {
  session: NamedSession;
  readonly transcript: LiveTranscript;
}

/** An agent of the file era: `sessions.json` and a JSONL transcript for each session. */
export class FileAgent implements LiveAgent {
  private readonly folder: string;
  /** By key. */
  private readonly sessions = new Map<string, Living>();
  private isBroken = false;

  constructor(stateDir: string, agent: Agent, sessions: readonly NamedSession[]) {
    this.folder = join(stateDir, 'agents', agent, 'sessions');
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    for (const session of sessions) this.begin(session);
    this.writeIndex();
  }

  add(session: NamedSession): void {
    this.begin(session);
    this.writeIndex();
  }

  run(key: string, tokens: number, ms: number): void {
    const { session, transcript } = this.of(key);
    this.append(session, transcript.turn(session.modelId, tokens, ms));
    this.put(key, { tokens, lastMs: ms });
  }

  compact(key: string, tokens: number, ms: number): void {
    const { session, transcript } = this.of(key);
    this.append(session, transcript.compaction(session.modelId, session.tokens, tokens, ms));
    this.put(key, { tokens, lastMs: ms, compacted: true });
  }

  damage(key: string): void {
    const path = this.pathOf(this.of(key).session);
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, lines.map((line, at) => (at === 4 ? line.slice(0, line.length / 2) : line)).join('\n'));
  }

  /** As on a full disk: the index ends in the middle, until it is mended from what the gateway knows. */
  breakIndex(): void {
    this.isBroken = true;
    this.writeIndex();
  }

  mendIndex(): void {
    this.isBroken = false;
    this.writeIndex();
  }

  close(): void {}

  private begin(session: NamedSession): void {
    this.sessions.set(session.key, { session, transcript: new LiveTranscript(session) });
    writeFileSync(this.pathOf(session), transcriptText(session) ?? '', { mode: 0o600 });
  }

  private put(key: string, changes: Partial<NamedSession>): void {
    const living = this.of(key);
    living.session = { ...living.session, ...changes };
    this.writeIndex();
  }

  private append(session: NamedSession, records: readonly object[]): void {
    appendFileSync(this.pathOf(session), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  }

  /** Written aside and renamed, as OpenClaw does. */
  private writeIndex(): void {
    const entries = [...this.sessions].map(([key, { session }]) => [key, indexEntry(session)]);
    const text = `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
    const path = join(this.folder, 'sessions.json');
    writeFileSync(`${path}.tmp`, this.isBroken ? text.slice(0, text.length / 2) : text, { mode: 0o600 });
    renameSync(`${path}.tmp`, path);
  }

  private of(key: string): Living {
    const living = this.sessions.get(key);
    if (living === undefined) throw new Error(`the demo has no session ${key}`);
    return living;
  }

  private pathOf({ transcript }: NamedSession): string {
    return join(this.folder, transcript);
  }
}
