import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateSample } from '../../demo/generate.ts';
import { CHECKS } from '../../src/checks/all.ts';
import { createLog } from '../../src/log.ts';
import type { Snapshot, SnapshotSession } from '../../src/model/snapshot.ts';
import { foundTranscript } from '../../src/model/transcript.ts';
import { KINDS } from '../../src/openclaw/keys.ts';
import { Scanner } from '../../src/scan/scanner.ts';
import { NO_POLICY } from '../../src/settings/policy.ts';
import { isOverThreshold, isTranscriptLarge, tokensSeverity } from '../../src/thresholds.ts';
import { allSessions } from '../support/snapshot.ts';

/** Those that 2026.7.35 left. */
const FILE_AGENTS = ['demo-main', 'demo-support', 'demo-ops', 'demo-broken', 'demo-retired'];
const NOW = Date.parse('2026-11-24T12:00:00Z');
const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe('the same time', () => {
  test('gives the same bytes and times wherever it is written', () => {
    const first = contents(sampleAt(NOW));
    expect(first.size).toBeGreaterThan(40);
    expect(contents(sampleAt(NOW))).toEqual(first);
  });

  test('another time moves every index and database', () => {
    const later = contents(sampleAt(NOW + 1000));
    const same = [...contents(sampleAt(NOW))].filter(([name, content]) => later.get(name) === content);
    expect(same.map(([name]) => name).filter((name) => /\.(json|sqlite)$/.test(name))).toEqual([]);
  });
});

describe('the exporter', () => {
  let snapshot: Snapshot;
  let sessions: readonly SnapshotSession[];
  /** Of the agents in files. */
  let inFiles: readonly SnapshotSession[];

  beforeAll(async () => {
    snapshot = await scan(sampleAt(NOW));
    sessions = allSessions(snapshot);
    inFiles = sessions.filter(({ session }) => FILE_AGENTS.includes(session.agent));
  });

  test('knows it for a sample', () => {
    expect(snapshot).toMatchObject({ sample: true, unreadable: null, configValid: true, version: '2026.9.6' });
  });

  test('reads every agent of the older program but the one with half an index', () => {
    const old = snapshot.agents.filter(({ agent }) => FILE_AGENTS.includes(agent));
    expect(old.map(({ agent, readable, problems }) => ({ agent, readable, problems }))).toEqual([
      { agent: 'demo-main', readable: true, problems: [] },
      { agent: 'demo-support', readable: true, problems: [] },
      { agent: 'demo-ops', readable: true, problems: [] },
      { agent: 'demo-broken', readable: false, problems: ['index_invalid_json'] },
      { agent: 'demo-retired', readable: true, problems: [] },
    ]);
  });

  test.each(KINDS)('finds a session of kind %s', (kind) => {
    expect(sessions.map(({ session }) => session.kind)).toContain(kind);
  });

  test.each(CHECKS.flatMap(({ finding, reasons }) => reasons.map((reason) => ({ finding, reason }))))(
    'finds $finding $reason',
    (wanted) => {
      const found = sessions.flatMap(({ findings }) => findings);
      expect(found, 'give a session of demo/sessions.ts or demo/database-agents.ts this finding').toContainEqual(
        expect.objectContaining(wanted),
      );
    },
  );

  test('gives no finding that the documents do not name', () => {
    const named = CHECKS.flatMap(({ finding, reasons }) => reasons.map((reason) => `${finding} ${reason}`));
    const found = sessions.flatMap(({ findings }) => findings.map(({ finding, reason }) => `${finding} ${reason}`));
    expect(found.filter((each) => !named.includes(each))).toEqual([]);
  });

  test('finds no session with two kinds of damage', () => {
    const damaged = sessions.map(({ findings }) => findings.filter(({ finding }) => finding === 'corrupted'));
    expect(damaged.filter((findings) => findings.length > 1)).toEqual([]);
  });

  test.each(['main', 'dm', 'group'] as const)('finds a %s over each threshold and one under both', (kind) => {
    const severities = sessions
      .filter(({ session }) => session.kind === kind)
      .map(({ session }) => tokensSeverity(session));
    expect(new Set(severities)).toEqual(new Set([null, 'warning', 'critical']));
  });

  test('finds a full window, an overdue compaction, a large transcript and healthy sessions', () => {
    const all = inFiles.map(({ session }) => session);
    expect(all.some(({ tokens, window }) => tokens !== null && window !== null && tokens >= window)).toBe(true);
    expect(
      all.some(
        ({ tokens, window, effectiveWindow }) =>
          tokens !== null && window !== null && effectiveWindow !== null && tokens > effectiveWindow && tokens < window,
      ),
    ).toBe(true);
    expect(all.filter(isTranscriptLarge)).toHaveLength(1);
    expect(all.some((session) => (foundTranscript(session)?.compactions ?? 0) > 0)).toBe(true);
    const healthy = inFiles.filter(({ session, findings }) => findings.length === 0 && !isOverThreshold(session));
    expect(healthy.length).toBeGreaterThan(10);
  });

  test('believes the stored tokens of every session that ran and can be followed', () => {
    const unknown = inFiles.filter(({ session }) => session.tokensSource !== 'index').map(({ session }) => session.key);
    expect(unknown).toEqual(['agent:demo-main:demo-draft', 'agent:demo-ops:demo-note']);
  });
});

function sampleAt(now: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'generate-test-'));
  folders.push(folder);
  generateSample(folder, now);
  return folder;
}

/** Digest and time of every file, by its path. */
function contents(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
      return [path.slice(folder.length), `${digest} ${statSync(path).mtimeMs}`];
    }),
  );
}

async function scan(stateDir: string): Promise<Snapshot> {
  const scanner = new Scanner({
    settings: {
      stateDir,
      configPath: join(stateDir, 'openclaw.json'),
      'openclaw.path-map': [],
      home: '/nobody',
      'session.limit': 1000,
      salt: null,
      disabledChecks: [],
      policy: NO_POLICY,
      'openclaw.same-pid-namespace': false,
      'runbook-url': null,
      'log.level': 'error',
      'log.format': 'logfmt',
    },
    log: createLog({ level: 'error', format: 'logfmt' }),
    pause: () => Promise.resolve(),
    clock: () => ({ wallMs: NOW, steadyMs: NOW }),
  });
  return (await scanner.deep()).snapshot;
}
