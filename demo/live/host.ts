import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE_MARKER } from '../../src/discover/discover.ts';
import { type Agent, BOUND, DESK_ACCOUNT, PROGRAM, SUPPORT_ACCOUNT, sampleConfig } from '../config.ts';
import { hook, main, telegramDm, telegramGroup } from '../conversations.ts';
import { writeStateDatabase } from '../database.ts';
import { named } from '../named-session.ts';
import type { SampleSession } from '../sessions.ts';
import { DatabaseAgent } from './database-agent.ts';
import { FileAgent } from './file-agent.ts';

const AGENTS = ['demo-main', 'demo-support', 'demo-desk'] as const satisfies readonly Agent[];

const MAIN: readonly SampleSession[] = [
  { agent: 'demo-main', about: main(), tokens: 31_000, idle: 6 },
  { agent: 'demo-main', about: telegramGroup('-1005550000001'), tokens: 30_000, idle: 2 },
  { agent: 'demo-main', about: telegramGroup('-1005550000002'), tokens: 12_000, idle: 45 },
  { agent: 'demo-main', about: telegramDm(BOUND.supportPeer), tokens: 24_000, idle: 20 },
  { agent: 'demo-main', about: telegramDm('5550000001'), tokens: 9_000, idle: 12 },
];
const SUPPORT: readonly SampleSession[] = [
  { agent: 'demo-support', about: main(), tokens: 8_000, idle: 15 },
  { agent: 'demo-support', about: telegramDm('5550000021', SUPPORT_ACCOUNT), tokens: 17_000, idle: 8 },
  { agent: 'demo-support', about: telegramDm('5550000022', SUPPORT_ACCOUNT), tokens: 11_000, idle: 31 },
];
const DESK: readonly SampleSession[] = [
  { agent: 'demo-desk', about: main(), tokens: 40_000, idle: 3 },
  { agent: 'demo-desk', about: telegramDm('5550000062', DESK_ACCOUNT), tokens: 19_000, idle: 9 },
  { agent: 'demo-desk', about: telegramGroup('-1005550000061', DESK_ACCOUNT), tokens: 14_000, idle: 25 },
];

/** The keys of those to whom something happens. */
export const KEYS = {
  group: 'agent:demo-main:telegram:group:-1005550000001',
  moved: `agent:demo-main:telegram:direct:${BOUND.supportPeer}`,
  damaged: 'agent:demo-support:telegram:direct:5550000021',
  deskMain: 'agent:demo-desk:main',
  deskDamaged: 'agent:demo-desk:telegram:direct:5550000062',
} as const;

/** A host with a gateway that is at work: two agents of the file era and one of the SQLite era. Nobody is in it. */
export class Host {
  readonly main: FileAgent;
  readonly support: FileAgent;
  readonly desk: DatabaseAgent;
  private readonly stateDir: string;

  /** Writes the state directory. `now`: milliseconds since the epoch. */
  constructor(stateDir: string, now: number) {
    this.stateDir = stateDir;
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    writeFileSync(join(stateDir, SAMPLE_MARKER), 'A demo of openclaw-store-exporter: nobody is in it.\n');
    const rows = (sessions: readonly SampleSession[]) => sessions.map((session) => named(session, now));
    this.main = new FileAgent(stateDir, 'demo-main', rows(MAIN));
    this.support = new FileAgent(stateDir, 'demo-support', rows(SUPPORT));
    this.desk = new DatabaseAgent(stateDir, 'demo-desk', rows(DESK));
    writeStateDatabase({
      path: join(stateDir, 'state', 'openclaw.sqlite'),
      version: PROGRAM,
      agents: [{ agent: 'demo-desk', path: this.desk.path, seenMs: now }],
    });
    this.writeConfig({ isBound: false });
  }

  /** The operator binds a chat to another agent. Its session stays where it was. */
  bind(): void {
    this.writeConfig({ isBound: true });
  }

  /** The next message of that chat begins a session in the other agent. */
  answerElsewhere(now: number): void {
    const session = { agent: 'demo-support', about: telegramDm(BOUND.supportPeer), tokens: 3000, idle: 0 } as const;
    this.support.add(named(session, now));
  }

  /** A run that hangs. The clock of this store runs fast, so it has hung for longer than half an hour from the first moment on. */
  hang(now: number): void {
    const session = {
      agent: 'demo-desk',
      about: hook('demo-delivery'),
      tokens: 11_800,
      idle: 40,
      state: 'running',
    } as const;
    this.desk.add(named(session, now));
  }

  close(): void {
    this.desk.close();
  }

  private writeConfig({ isBound }: { readonly isBound: boolean }): void {
    const path = join(this.stateDir, 'openclaw.json');
    writeFileSync(`${path}.new`, `${JSON.stringify(sampleConfig(AGENTS, { isBound }), null, 2)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
}
