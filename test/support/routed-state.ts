import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type DatabaseSession, type DatabaseWindow, writeDatabase } from '../../demo/database.ts';
import type { Schema } from '../../demo/database-schema.ts';
import type { ScanResult } from '../../src/scan/scanner.ts';
import { transcriptLines } from './beside.ts';
import { NOW } from './routed.ts';
import { testScanner } from './scan.ts';
import { allSessions } from './snapshot.ts';

/** Long enough ago that nobody is writing any more. */
const SETTLED = NOW - 600_000;

/** Sessions of an agent by key, with what differs in their entries. */
type Entries = Readonly<Record<string, object>>;

/** A state directory for the length of a test: this config, and the agents' sessions in files. */
export function fileState(config: object | string, agents: Readonly<Record<string, Entries>>): string {
  const dir = newState(config);
  for (const [agent, entries] of Object.entries(agents)) putFileAgent(dir, agent, entries);
  return dir;
}

export function putFileAgent(dir: string, agent: string, entries: Entries): void {
  const folder = join(dir, 'agents', agent, 'sessions');
  mkdirSync(folder, { recursive: true });
  const index = Object.entries(entries).map(([key, changes], at) => {
    const sessionId = `${agent}-${at}`;
    writeFileSync(join(folder, `${sessionId}.jsonl`), transcriptLines(sessionId).join(''));
    return [key, { sessionId, updatedAt: SETTLED, totalTokens: 700, origin: { accountId: 'default' }, ...changes }];
  });
  writeFileSync(join(folder, 'sessions.json'), JSON.stringify(Object.fromEntries(index)));
}

/** The same in databases; what differs in their windows. */
export function sqliteState(
  config: object,
  agents: Readonly<Record<string, Readonly<Record<string, Partial<DatabaseSession> & { window?: DatabaseWindow }>>>>,
  schema: Schema = 23,
): string {
  const dir = newState(config);
  for (const [agent, sessions] of Object.entries(agents)) {
    writeDatabase({
      agent,
      schema,
      path: join(dir, 'agents', agent, 'agent', 'openclaw-agent.sqlite'),
      sessions: Object.entries(sessions).map(([key, { window, ...changes }], at): DatabaseSession => {
        const sessionId = `${agent}-${at}`;
        return {
          key,
          sessionId,
          entry: { sessionId, updatedAt: SETTLED, totalTokens: 700 },
          createdMs: SETTLED - 1000,
          updatedMs: SETTLED,
          window: { accountId: 'default', ...window },
          events: transcriptLines(sessionId).map((line) => JSON.parse(line)),
          ...changes,
        };
      }),
    });
  }
  return dir;
}

function newState(config: object | string): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'routed-state-')));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  mkdirSync(join(dir, 'agents'));
  writeFileSync(join(dir, 'openclaw.json'), typeof config === 'string' ? config : JSON.stringify(config));
  return dir;
}

/** A first scan at the time NOW, whose labels are the keys. */
export function scanned(dir: string, settings: Parameters<typeof testScanner>[1] = {}): Promise<ScanResult> {
  return testScanner(dir, { now: () => NOW, ...settings, settings: { salt: null, ...settings.settings } }).deep();
}

/** What was found of routing, as `<agent> <key>: <finding> <reason> <expected agent>`, and what is undecided. */
export function routingFindings({ snapshot }: ScanResult): string[] {
  return allSessions(snapshot)
    .flatMap(({ session: { agent, key, placement }, findings }) => [
      ...findings.map((found) =>
        [`${agent} ${key}:`, found.finding, found.reason, found.expectedAgent].filter(Boolean).join(' '),
      ),
      ...(placement.undecided ? [`${agent} ${key}: undecided`] : []),
    ])
    .toSorted();
}
