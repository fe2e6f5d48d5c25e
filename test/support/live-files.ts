import {
  appendFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { keptFolder, setWritten } from './folder.ts';
import { entryOf, NOW, transcriptLines } from './sessions.ts';

const AGENTS = ['main', 'ops'] as const;

interface LiveSession {
  readonly agent: string;
  readonly key: string;
  readonly id: string;
}

/** A state directory of the file era, and what gateways, crashes and hands do to it. Each write has a time of its own. */
export class LiveFiles {
  readonly stateDir = keptFolder();
  private readonly entries = new Map<string, Map<string, object>>(AGENTS.map((agent) => [agent, new Map()]));
  private sessions: LiveSession[] = [];
  private writes = 0;

  constructor() {
    this.setConfig({ agents: { list: AGENTS.map((id) => ({ id })) } });
    for (let at = 0; at < 6; at += 1) this.addSession(at, {});
  }

  remove(): void {
    rmSync(this.stateDir, { recursive: true, force: true });
  }

  addSession(at: number, changes: object): void {
    const agent = AGENTS[at % AGENTS.length] ?? 'main';
    const number = this.nextNumber();
    const peer = at % 3 === 0 ? 'group:-100' : `direct:${at % 4}`;
    const session = { agent, key: `agent:${agent}:telegram:${peer}:thread:${number}`, id: `id-${number}` };
    this.sessions.push(session);
    this.write(this.pathOf(session), transcriptLines(session.id, number).join(''));
    this.setEntryOf(session, { totalTokens: number, ...changes });
  }

  /** Another key of one conversation, or of one transcript. */
  addKey(at: number, isSameTranscript: boolean): void {
    this.on(at, ({ agent, key, id }) => {
      const other = { agent, key: key.replace(':direct:', ':dm:').replace(':thread:', ':topic:'), id };
      if (other.key === key || this.sessions.some((each) => each.key === other.key)) return;
      this.sessions.push(isSameTranscript ? other : { ...other, id: `id-${this.nextNumber()}` });
      this.setEntryOf(this.sessions.at(-1) ?? other, {});
    });
  }

  removeSession(at: number): void {
    this.on(at, (session) => {
      this.sessions = this.sessions.filter((each) => each !== session);
      this.entries.get(session.agent)?.delete(session.key);
      this.writeIndex(session.agent);
    });
  }

  setEntry(at: number, changes: object): void {
    this.on(at, (session) => this.setEntryOf(session, changes));
  }

  append(at: number, text: string): void {
    this.onTranscript(at, (path) => {
      appendFileSync(path, text);
      this.stamp(path);
    });
  }

  /** In place: the same inode. */
  rewrite(at: number): void {
    this.on(at, (session) => {
      const lines = transcriptLines(session.id, this.nextNumber());
      this.write(this.pathOf(session), [...lines, ...lines.slice(1)].join(''));
    });
  }

  truncate(at: number): void {
    this.onTranscript(at, (path) => {
      truncateSync(path, Math.floor(statSync(path).size / 2));
      this.stamp(path);
    });
  }

  deleteTranscript(at: number): void {
    this.onTranscript(at, (path) => rmSync(path));
  }

  /** Away, or back where it is away: times and inode stay. */
  renameTranscript(at: number): void {
    this.on(at, (session) => {
      const path = this.pathOf(session);
      const away = `${path}.deleted.2026-11-01T00-00-00.000Z`;
      if (existsSync(path)) renameSync(path, away);
      else if (existsSync(away)) renameSync(away, path);
    });
  }

  swapTranscripts(at: number, other: number): void {
    this.onTranscript(at, (one) =>
      this.onTranscript(other, (two) => {
        const aside = join(dirname(one), 'aside.tmp');
        renameSync(one, aside);
        if (existsSync(two)) renameSync(two, one);
        renameSync(aside, two);
      }),
    );
  }

  putFile(name: string, ageSeconds: number): void {
    const path = join(this.folder('main'), name);
    this.write(path, 'x'.repeat(this.nextNumber()));
    setWritten(path, NOW - ageSeconds * 1000);
  }

  removeFile(name: string): void {
    rmSync(join(this.folder('main'), name), { force: true });
  }

  /** The same content in another file. */
  copyIndex(agent: number): void {
    this.writeIndex(AGENTS[agent % AGENTS.length] ?? 'main');
  }

  spoilIndex(agent: number, text: string | null): void {
    const path = join(this.folder(AGENTS[agent % AGENTS.length] ?? 'main'), 'sessions.json');
    if (text === null) rmSync(path, { force: true });
    else this.write(path, text);
  }

  swapFolders(): void {
    const [one, other] = AGENTS.map((agent) => this.folder(agent));
    if (one === undefined || other === undefined) return;
    renameSync(one, `${one}.aside`);
    renameSync(other, one);
    renameSync(`${one}.aside`, other);
  }

  setConfig(config: object): void {
    this.write(join(this.stateDir, 'openclaw.json'), JSON.stringify(config));
  }

  private setEntryOf(session: LiveSession, changes: object): void {
    const entries = this.entries.get(session.agent);
    const before = entries?.get(session.key) ?? entryOf(session.id, { origin: { accountId: 'default' } });
    entries?.set(session.key, { ...before, updatedAt: NOW - 60_000, ...changes });
    this.writeIndex(session.agent);
  }

  private writeIndex(agent: string): void {
    const path = join(this.folder(agent), 'sessions.json');
    this.write(`${path}.tmp`, JSON.stringify(Object.fromEntries(this.entries.get(agent) ?? []), null, 2));
    renameSync(`${path}.tmp`, path);
  }

  private on(at: number, change: (session: LiveSession) => void): void {
    const session = this.sessions[at % Math.max(1, this.sessions.length)];
    if (session !== undefined) change(session);
  }

  private onTranscript(at: number, change: (path: string) => void): void {
    this.on(at, (session) => {
      if (existsSync(this.pathOf(session))) change(this.pathOf(session));
    });
  }

  private pathOf({ agent, id }: LiveSession): string {
    return join(this.folder(agent), `${id}.jsonl`);
  }

  private folder(agent: string): string {
    return join(this.stateDir, 'agents', agent, 'sessions');
  }

  private write(path: string, text: string): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    this.stamp(path);
  }

  private stamp(path: string): void {
    setWritten(path, NOW - 3_600_000 + this.nextNumber() * 1000);
  }

  private nextNumber(): number {
    this.writes += 1;
    return this.writes;
  }
}
