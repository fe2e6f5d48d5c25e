import { appendFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendEvents, type DatabaseEvent, writeDatabase } from '../../demo/database.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { lastUsageWith, NO_LAST_USAGE } from '../../src/openclaw/last-usage.ts';
import { contextTokens, type Tokens } from '../../src/openclaw/tokens.ts';
import { parseRecord } from '../../src/openclaw/transcript-record.ts';
import { NO_POLICY, type Policy } from '../../src/settings/policy.ts';
import { TOKEN_THRESHOLDS } from '../../src/thresholds.ts';
import { testScanner } from '../support/scan.ts';
import { NOW } from '../support/sessions.ts';
import { allSessions } from '../support/snapshot.ts';

const PARENT = 'agent:ops:telegram:group:-100';
const KEY = `${PARENT}:topic:5`;
const HEADER = '{"type":"session","id":"x"}';
const COMPACTION = '{"type":"compaction","id":"c"}';
/** Of the events of the same kind in a database, no row of the identities knows this one. */
const UNNAMED_COMPACTION = '{"type":"compaction"}';
const OTHERS = [
  '{"type":"message","id":"q","message":{"role":"user"}}',
  '{"type":"reset","id":"r"}',
  '{"type":"message"',
  // More than the first of the bytes in which a quick scan looks for the last usage.
  JSON.stringify({ type: 'custom', id: 'l', data: 'x'.repeat(20_000) }),
];

interface Stored {
  readonly total: number | null;
  readonly fresh: boolean | null;
}

/** What a session stored and wrote up to one moment. */
interface Chapter extends Stored {
  readonly lines: readonly string[];
}

interface Store {
  /** `parent`: the entry of the session whose topic it is. */
  readonly begin: (entry: object, lines: readonly string[], parent: object) => void;
  readonly goOn: (entry: object, lines: readonly string[]) => void;
}

type MakeStore = (stateDir: string) => Store;

const FORMS: readonly [string, MakeStore][] = [
  ['a file store', fileStore('\n')],
  ['a file store without a last newline', fileStore('')],
  ['a SQLite store', sqliteStore],
];

const SMALL = { id: 'small', contextWindow: 60_000 };
const CONFIG = { agents: { list: [{ id: 'ops' }] }, models: { providers: { mock: { models: [SMALL] } } } };

function answer(input: number, more: object = {}): string {
  const message = { role: 'assistant', usage: { input, output: 5, ...more } };
  return JSON.stringify({ type: 'message', id: 'a', message });
}

function fileStore(end: '\n' | ''): MakeStore {
  return (stateDir) => {
    const folder = join(stateDir, 'agents/ops/sessions');
    const index = (entries: object) => writeFileSync(join(folder, 'sessions.json'), JSON.stringify(entries));
    return {
      begin(entry, lines, parent) {
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, 'x.jsonl'), lines.join('\n') + end);
        index({ [PARENT]: parent, [KEY]: entry });
      },
      goOn(entry, lines) {
        const begin = end === '' ? '\n' : '';
        if (lines.length > 0) appendFileSync(join(folder, 'x.jsonl'), begin + lines.join('\n') + end);
        index({ [KEY]: entry });
      },
    };
  };
}

function sqliteStore(stateDir: string): Store {
  const path = join(stateDir, 'agents/ops/agent/openclaw-agent.sqlite');
  let events = 0;
  /** A text has no identity, and of two with the same id the second would have none. */
  function eventOf(line: string): DatabaseEvent {
    events += 1;
    return line.includes('"id"') ? { ...JSON.parse(line), id: `event-${events}` } : line;
  }
  return {
    begin(entry, lines, parent) {
      const times = { createdMs: NOW, updatedMs: NOW };
      const session = { key: KEY, sessionId: 'x', entry, ...times, events: lines.map(eventOf) };
      const other = { key: PARENT, sessionId: 'parent', entry: parent, ...times, events: [] };
      mkdirSync(dirname(path), { recursive: true });
      writeDatabase({ agent: 'ops', path, sessions: [other, session] });
    },
    goOn(entry, lines) {
      using database = new DatabaseSync(path);
      database.prepare('UPDATE session_nodes SET entry_json = ? WHERE session_key = ?').run(JSON.stringify(entry), KEY);
      appendEvents(path, 'x', lines.map(eventOf), NOW);
    },
  };
}

function entryOf({ total, fresh }: Stored, window: number): object {
  const stored = { totalTokens: total ?? undefined, totalTokensFresh: fresh ?? undefined, contextTokens: window };
  return { sessionId: 'x', updatedAt: NOW, ...stored };
}

/** What a quick and a deep scan say of a session, then the same after it went on. */
async function scanned(
  make: MakeStore,
  window: number,
  [first, then]: Chapter[],
  { policy = NO_POLICY, parent = {} }: { policy?: Policy; parent?: object } = {},
) {
  const stateDir = realpathSync(mkdtempSync(join(tmpdir(), 'tokens-')));
  try {
    writeFileSync(join(stateDir, 'openclaw.json'), JSON.stringify(CONFIG));
    const store = make(stateDir);
    const scanner = testScanner(stateDir, { now: () => NOW, settings: { policy } });
    const scans = async () => [tokensIn((await scanner.quick()).snapshot), tokensIn((await scanner.deep()).snapshot)];
    if (first === undefined) return [];
    store.begin(entryOf(first, window), [HEADER, ...first.lines], parent);
    const before = await scans();
    if (then === undefined) return before;
    store.goOn(entryOf(then, window), then.lines);
    return [...before, ...(await scans())];
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
}

function tokensIn(snapshot: Snapshot): Tokens | null {
  const published = allSessions(snapshot).find(({ session }) => session.key === KEY);
  if (published === undefined) return null;
  const { tokens, tokensSource } = published.session;
  return { tokens, tokensSource };
}

/** What both witnesses say, the whole transcript read. */
function judged(window: number, { total, fresh }: Stored, lines: readonly string[]): Tokens {
  const lastUsage = lines.reduce((last, line) => lastUsageWith(last, parseRecord(line) ?? 'bad'), NO_LAST_USAGE);
  return contextTokens({ totalTokens: total, totalTokensFresh: fresh, window, lastUsage });
}

const prompt = fc.constantFrom(40_000, 45_000, 90_000);
const line = fc.oneof(
  { arbitrary: fc.constantFrom(...OTHERS, COMPACTION, UNNAMED_COMPACTION), weight: 3 },
  { arbitrary: prompt.map((input) => answer(input)), weight: 2 },
  { arbitrary: prompt.map((input) => answer(input, { cacheRead: 1000, totalTokens: input + 5 })), weight: 1 },
  { arbitrary: prompt.map((input) => answer(input, { contextUsage: { state: 'unavailable' } })), weight: 1 },
);
const chapter: fc.Arbitrary<Chapter> = fc.record({
  total: fc.option(fc.constantFrom(0, 20_000, 40_000, 45_005, 49_000, 90_000, 130_000)),
  fresh: fc.option(fc.boolean()),
  lines: fc.array(line, { maxLength: 6 }),
});

describe('the tokens of a session', () => {
  it('are what both witnesses say, in both eras; a first quick scan asks the second where the first is doubtful', async () => {
    const window = fc.constantFrom(100_000, 200_000);
    await fc.assert(
      fc.asyncProperty(window, chapter, chapter, async (limit, first, then) => {
        const before = judged(limit, first, first.lines);
        const after = judged(limit, then, [...first.lines, ...then.lines]);
        const { total } = first;
        const isBelieved = first.fresh === true && total !== null && total <= TOKEN_THRESHOLDS.group.warning;
        const index = { tokens: total, tokensSource: 'index' };
        for (const [form, make] of FORMS) {
          const said = await scanned(make, limit, [first, then]);
          expect(said, form).toEqual([isBelieved ? index : before, before, after, after]);
        }
      }),
      { numRuns: 25 },
    );
  });

  const SUM: Chapter = { total: 48_000, fresh: true, lines: [answer(12_000)] };
  const INDEX = { tokens: 48_000, tokensSource: 'index' };
  const TRANSCRIPT = { tokens: 12_000, tokensSource: 'transcript' };
  const LOWER = { ...NO_POLICY, thresholds: [{ session: '*:-100:topic:5', tokens: { warning: 47_000 } }] };
  const HIGHER = { ...NO_POLICY, thresholds: [{ tokens: { warning: 60_000 } }] };

  describe.each(FORMS)('in %s', (_, make) => {
    it.each([
      ['above no threshold', { ...SUM, window: 200_000 }, {}, INDEX],
      ['above the threshold of its kind', { ...SUM, total: 50_001, window: 200_000 }, {}, TRANSCRIPT],
      ['above its own threshold', { ...SUM, window: 200_000 }, { policy: LOWER }, TRANSCRIPT],
      ['below its own', { ...SUM, total: 50_001, window: 200_000 }, { policy: HIGHER }, { ...INDEX, tokens: 50_001 }],
      ['above its effective window', { ...SUM, window: 60_000 }, {}, TRANSCRIPT],
      ['at its effective window', { ...SUM, window: 68_000 }, {}, INDEX],
      ['above its window', { ...SUM, window: 47_000 }, {}, TRANSCRIPT],
      [
        'above the effective window of the model that its parent chose',
        { ...SUM, window: 200_000 },
        { parent: { modelOverride: 'small', providerOverride: 'mock' } },
        TRANSCRIPT,
      ],
    ])('a quick scan asks the right witness of a fresh total %s', async (__, given, more, quick) => {
      expect(await scanned(make, given.window, [given], more)).toEqual([quick, TRANSCRIPT]);
    });
  });
});
