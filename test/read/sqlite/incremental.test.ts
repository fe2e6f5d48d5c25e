import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Snapshot, SnapshotSession } from '../../../src/model/snapshot.ts';
import type { Transcript } from '../../../src/model/transcript.ts';
import { type EventKind, eventOf, type LiveDatabase, liveDatabase } from '../../support/live-database.ts';
import { testScanner } from '../../support/scan.ts';
import { NOW } from '../../support/sessions.ts';

/** How many times as many runs of the model; `npm run soak`: 20. */
const MODEL_RUNS = Number(process.env.MODEL_RUNS ?? 1);

/** Sessions, and events of each. */
const SIZES = {
  small: [3, 3],
  // Above what is counted and parsed transcript by transcript.
  bulk: [60, 4],
  // Above what is read in one slice: of events and bytes, and of sessions.
  long: [60, 400],
  wide: [1100, 2],
} satisfies Record<string, [number, number]>;

type Size = keyof typeof SIZES;

function databaseOf(size: Size): LiveDatabase {
  const [sessions, events] = SIZES[size];
  const kinds: EventKind[] = ['user', 'answer', 'custom'];
  return liveDatabase(sessions, events, (number) => {
    const event = eventOf(kinds[number % kinds.length] ?? 'user', number);
    return size === 'long' ? Object.assign(event, { filling: 'x'.repeat(400) }) : event;
  });
}

interface Operation {
  readonly [fc.toStringMethod]: () => string;
  run(database: LiveDatabase): void;
}

function always(text: string, run: Operation['run']): Operation {
  return { [fc.toStringMethod]: () => text, run };
}

function operation<T extends unknown[]>(
  name: keyof LiveDatabase,
  ...parameters: { [K in keyof T]: fc.Arbitrary<T[K]> }
) {
  return fc.tuple(...parameters).map(
    (values): Operation => ({
      [fc.toStringMethod]: () => `${name}(${values.map((value) => JSON.stringify(value)).join(', ')})`,
      run: (database) => (database[name] as unknown as (...all: T) => void).apply(database, values as T),
    }),
  );
}

const at = fc.nat(5);
const kind: fc.Arbitrary<EventKind> = fc.constantFrom(
  ...(['user', 'answer', 'answer', 'long', 'compaction', 'reset', 'custom', 'damaged', 'bad_frame'] as const),
);
const kinds = fc.array(kind, { minLength: 1, maxLength: 4 });
const warm: fc.Arbitrary<Operation> = fc.oneof(
  operation('append', at, kinds),
  operation('append', at, kinds),
  operation('appendToAll', kinds),
  operation('rewrite', at, fc.option(kinds)),
  operation('rewriteAll'),
  operation('replaceNewest', at, fc.integer({ min: 1, max: 3 }), kinds),
  operation('removeFromMiddle', at),
  operation('addSession', kinds),
  operation('addKey', at),
  operation('removeSession', at),
  operation('setNode', at, fc.constant('archived_at'), fc.constantFrom(NOW, null)),
  operation('setNode', at, fc.constant('entry_json'), fc.constantFrom('{broken', '[]')),
  operation('setNode', at, fc.constant('status'), fc.constantFrom('done', 'running')),
  operation('setEntry', at, fc.constantFrom(null, 5, 1000, 200_000), fc.constantFrom(null, true, false)),
  operation('bury', at),
  operation('beginWindow', at, kinds),
  operation('switchBack', at),
  operation('makeHot', at),
  operation('checkpoint', fc.constantFrom('PASSIVE', 'TRUNCATE')),
  operation('vacuum'),
  operation('reopen'),
  operation('backUp'),
  operation('restore', kinds),
  operation('settle'),
);
const change = fc.oneof({ arbitrary: warm, weight: 24 }, { arbitrary: operation('makeCold', at), weight: 2 });

interface Step {
  readonly change: Operation;
  readonly scan: 'quick' | 'deep' | null;
  /** Happens between the slices of the scan. */
  readonly meanwhile: readonly { readonly slices: number; readonly change: Operation }[];
}

function step(meanwhile: boolean): fc.Arbitrary<Step> {
  return fc.record({
    change,
    scan: fc.constantFrom('quick', 'quick', 'deep', null),
    meanwhile: meanwhile ? fc.array(fc.record({ slices: fc.nat(6), change }), { maxLength: 3 }) : fc.constant([]),
  });
}

/** Plays the steps to a scanner that lives through them, then compares with one that knows nothing. */
async function play(size: Size, steps: readonly Step[]): Promise<void> {
  const database = databaseOf(size);
  let pending: { slices: number; change: Operation }[] = [];
  const pause = async () => {
    await turn();
    const [next] = pending;
    if (next === undefined) return;
    next.slices -= 1;
    if (next.slices >= 0) return;
    pending.shift();
    next.change.run(database);
  };
  const settings = { now: () => NOW, settings: { 'session.limit': 5000 } };
  const scanner = testScanner(database.stateDir, { ...settings, pause });
  try {
    await scanner.quick();
    for (const {
      change: { run },
      scan,
      meanwhile,
    } of steps) {
      run(database);
      pending = meanwhile.map((each) => ({ ...each }));
      if (scan !== null) await scanner[scan]();
    }
    pending = [];
    const other = testScanner(database.stateDir, settings);
    for (const [scan, view] of [
      ['quick', quickly],
      ['deep', decisive],
    ] as const) {
      const [own, anew] = [await scanner[scan](), await other[scan]()];
      expect(view(own.snapshot)).toEqual(view(anew.snapshot));
    }
  } finally {
    database.close();
  }
}

/** All but how far a transcript was asked for its usage, which depends on what was stored when it was: the tokens show it. */
function decisive(snapshot: Snapshot): Snapshot {
  return withSessions(snapshot, (published) => {
    const { transcript } = published.session;
    if (transcript.state !== 'there') return published;
    return { ...published, session: { ...published.session, transcript: { ...transcript, lastUsage: null } } };
  });
}

/** What needs no deep scan: who has done one knows more, and asks every transcript from then on. */
function quickly(snapshot: Snapshot): Snapshot {
  const known = withSessions(decisive(snapshot), ({ session, findings, ...published }) => ({
    ...published,
    session: {
      ...session,
      ...(session.totalTokensFresh === true ? { tokens: null, tokensSource: 'none' } : {}),
      transcript: unvalidated(session.transcript),
    },
    findings: findings.filter(({ reason }) => reason !== 'invalid_json'),
  }));
  return { ...known, lookedFor: [] };
}

function unvalidated(transcript: Transcript): Transcript {
  return transcript.state === 'there' ? { ...transcript, badRecords: null, oversizedRecords: null } : transcript;
}

function withSessions(snapshot: Snapshot, view: (session: SnapshotSession) => SnapshotSession): Snapshot {
  const agents = snapshot.agents.map((agent) =>
    agent.readable ? { ...agent, sessions: agent.sessions.map(view) } : agent,
  );
  return { ...snapshot, agents };
}

it.each([
  { size: 'small', meanwhile: false, steps: 12, numRuns: 12 },
  { size: 'small', meanwhile: true, steps: 12, numRuns: 10 },
  { size: 'bulk', meanwhile: true, steps: 8, numRuns: 3 },
  { size: 'wide', meanwhile: true, steps: 3, numRuns: 1 },
  { size: 'long', meanwhile: true, steps: 3, numRuns: 1 },
] as const)(
  'a scanner that has seen every state of a $size database says what a new one says, changed within scans: $meanwhile',
  async ({ size, meanwhile, steps, numRuns }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step(meanwhile), { minLength: 1, maxLength: steps }), (each) => play(size, each)),
      { numRuns: numRuns * MODEL_RUNS },
    );
  },
  120_000 * MODEL_RUNS,
);

/** With an append before each, so that there is something to count, and one after, which must go on from what was counted. */
it.each([
  'append' as const,
  'rewrite' as const,
  'replaceNewest' as const,
  'removeFromMiddle' as const,
  'beginWindow' as const,
  'removeSession' as const,
  'makeCold' as const,
  'vacuum' as const,
])('nothing is lost or counted twice where %s happens between two slices, whichever they are', async (name) => {
  const append = always('append', (database) => database.append(1, ['answer', 'damaged']));
  const between = always(name, (database) => {
    if (name === 'vacuum') database.vacuum();
    else if (name === 'replaceNewest') database.replaceNewest(1, 2, ['user', 'user']);
    else database[name](1, ['user', 'damaged']);
  });
  for (const slices of Array.from({ length: 8 }).keys()) {
    const step: Step = { change: append, scan: 'quick', meanwhile: [{ slices, change: between }] };
    await play('small', [{ ...step, scan: 'deep' }, step, { ...step, meanwhile: [] }]);
  }
});
