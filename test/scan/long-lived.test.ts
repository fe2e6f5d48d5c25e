import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { type EventKind, eventOf, type LiveDatabase, liveDatabase } from '../support/live-database.ts';
import { LiveFiles } from '../support/live-files.ts';
import { testScanner } from '../support/scan.ts';
import { NOW } from '../support/sessions.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** A store, and the clock by which it is scanned. */
interface World<Live> {
  readonly live: Live;
  now: number;
}

/** What happens between two scans. */
interface Change<Live> {
  readonly [fc.toStringMethod]: () => string;
  run(world: World<Live>): void;
}

function changeOf<Live>() {
  return <Given>(
    name: string,
    given: fc.Arbitrary<Given>,
    run: (live: Live, given: Given) => void,
  ): fc.Arbitrary<Change<Live>> =>
    given.map((value) => ({
      [fc.toStringMethod]: () => `${name} ${JSON.stringify(value)}`,
      run: ({ live }) => run(live, value),
    }));
}

const ofFiles = changeOf<LiveFiles>();
const ofDatabase = changeOf<LiveDatabase>();

/** Set, too: back and forth. */
function clock<Live>(): fc.Arbitrary<Change<Live>> {
  const steps = [1, 1, MINUTE, 2 * MINUTE, 31 * MINUTE, DAY, -MINUTE, -DAY];
  return fc.constantFrom(...steps).map((ms) => ({
    [fc.toStringMethod]: () => `the clock by ${ms}`,
    run: (world) => {
      world.now += ms;
    },
  }));
}

const at = fc.nat(7);
const text = fc.constantFrom(
  '{"type":"message","message":{"role":"user","content":"more"}}\n',
  '{"type":"message","message":{"role":"assistant","content":[],"usage":{"input":77,"output":1}}}\n',
  '{"type":"compaction"}\n',
  '{"type":"mess',
  'no JSON\n',
  '\n',
);
const entry: fc.Arbitrary<object> = fc.oneof(
  fc.record({ totalTokens: fc.constantFrom(5, 60_000, 300_000), totalTokensFresh: fc.constantFrom(true, false) }),
  fc.record({ status: fc.constantFrom('running', 'done', 'failed') }),
  fc.record({ archivedAt: fc.constantFrom(null, 5) }),
  fc.record({ sessionFile: fc.constantFrom(null, 'id-3.jsonl', 'nowhere.jsonl', '/etc/passwd', 5) }),
  fc.record({ modelOverride: fc.constantFrom('small', null), lastInteractionAt: fc.constantFrom(5, NOW) }),
  fc.record({ parentSessionKey: fc.constant('agent:main:telegram:group:-100:thread:2') }),
);
const bindings = [{ agentId: 'ops', match: { channel: 'telegram', peer: { kind: 'direct', id: '1' } } }];
const listed = { agents: { list: [{ id: 'main' }, { id: 'ops' }] } };
const config = fc.constantFrom<object>(
  listed,
  { ...listed, bindings },
  { agents: { list: [{ id: 'main' }] } },
  { ...listed, meta: { lastTouchedVersion: '2026.2.9' } },
  { ...listed, agents: { ...listed.agents, defaults: { contextTokens: 50_000 } } },
  {},
);
const left = fc.constantFrom('id-3.jsonl.lock', 'sessions.json.lock', 'left.jsonl', 'x.tmp', 'sessions.json.bak');

const FILES: fc.Arbitrary<Change<LiveFiles>> = fc.oneof(
  clock<LiveFiles>(),
  ofFiles('append', fc.tuple(at, text), (live, [n, line]) => live.append(n, line)),
  ofFiles('append', fc.tuple(at, text), (live, [n, line]) => live.append(n, line)),
  ofFiles('rewrite', at, (live, n) => live.rewrite(n)),
  ofFiles('truncate', at, (live, n) => live.truncate(n)),
  ofFiles('delete', at, (live, n) => live.deleteTranscript(n)),
  ofFiles('rename', at, (live, n) => live.renameTranscript(n)),
  ofFiles('swap', fc.tuple(at, at), (live, [n, other]) => live.swapTranscripts(n, other)),
  ofFiles('entry', fc.tuple(at, entry), (live, [n, changes]) => live.setEntry(n, changes)),
  ofFiles('new', fc.tuple(at, entry), (live, [n, changes]) => live.addSession(n, changes)),
  ofFiles('key', fc.tuple(at, fc.boolean()), (live, [n, isSame]) => live.addKey(n, isSame)),
  ofFiles('remove', at, (live, n) => live.removeSession(n)),
  ofFiles('file', fc.tuple(left, fc.constantFrom(0, 29, 3600)), (live, [name, age]) => live.putFile(name, age)),
  ofFiles('no file', left, (live, name) => live.removeFile(name)),
  ofFiles('same index', at, (live, n) => live.copyIndex(n)),
  ofFiles('bad index', fc.tuple(at, fc.constantFrom(null, '', '{', '{}', '[]', '{"main":null}')), (live, [n, bad]) =>
    live.spoilIndex(n, bad),
  ),
  ofFiles('swapped folders', fc.constant(null), (live) => live.swapFolders()),
  ofFiles('config', config, (live, content) => live.setConfig(content)),
);

const kinds = fc.array(
  fc.constantFrom<EventKind>('user', 'answer', 'long', 'compaction', 'reset', 'damaged', 'bad_frame'),
  { minLength: 1, maxLength: 3 },
);
const total = fc.tuple(at, fc.constantFrom(null, 5, 1000, 2000, 200_000), fc.constantFrom(null, true, false));

const DATABASE: fc.Arbitrary<Change<LiveDatabase>> = fc.oneof(
  clock<LiveDatabase>(),
  ofDatabase('settled', fc.constant(null), (live) => live.settle()),
  ofDatabase('settled', fc.constant(null), (live) => live.settle()),
  ofDatabase('append', fc.tuple(at, kinds), (live, [n, events]) => live.append(n, events)),
  ofDatabase('append', fc.tuple(at, kinds), (live, [n, events]) => live.append(n, events)),
  ofDatabase('rewrite', fc.tuple(at, kinds), (live, [n, events]) => live.rewrite(n, events)),
  ofDatabase('new', kinds, (live, events) => live.addSession(events)),
  ofDatabase('key', at, (live, n) => live.addKey(n)),
  ofDatabase('remove', at, (live, n) => live.removeSession(n)),
  ofDatabase('entry', total, (live, [n, tokens, isFresh]) => live.setEntry(n, tokens, isFresh)),
  ofDatabase('archived', fc.tuple(at, fc.constantFrom(NOW, null)), (live, [n, ms]) =>
    live.setNode(n, 'archived_at', ms),
  ),
  ofDatabase('status', fc.tuple(at, fc.constantFrom('running', 'done')), (live, [n, status]) =>
    live.setNode(n, 'status', status),
  ),
  ofDatabase('bad entry', fc.tuple(at, fc.constantFrom('{broken', '[]')), (live, [n, json]) =>
    live.setNode(n, 'entry_json', json),
  ),
  ofDatabase('tombstone', at, (live, n) => live.bury(n)),
  ofDatabase('window', fc.tuple(at, kinds), (live, [n, events]) => live.beginWindow(n, events)),
  ofDatabase('switch back', at, (live, n) => live.switchBack(n)),
  ofDatabase('checkpoint', fc.constantFrom('PASSIVE' as const, 'TRUNCATE' as const), (live, mode) =>
    live.checkpoint(mode),
  ),
  ofDatabase('vacuum', fc.constant(null), (live) => live.vacuum()),
  ofDatabase('reopen', fc.constant(null), (live) => live.reopen()),
  ofDatabase('backup', fc.constant(null), (live) => live.backUp()),
  ofDatabase('restore', kinds, (live, events) => live.restore(events)),
);

function newDatabase(): LiveDatabase {
  return liveDatabase(4, 2, (number) => eventOf(number % 2 === 0 ? 'user' : 'answer', number));
}

interface Era<Live> {
  readonly open: () => Live;
  readonly close: (live: Live) => void;
  readonly changes: fc.Arbitrary<Change<Live>>;
}

/** After each change a scanner that lives through all of them says what one says that begins with it. */
async function expectSame<Live extends { readonly stateDir: string }>({ open, close, changes }: Era<Live>) {
  const steps = fc.array(changes, { minLength: 1, maxLength: 14 });
  const property = fc.asyncProperty(steps, async (changesOfRun) => {
    const live = open();
    const world: World<Live> = { live, now: NOW };
    const options = { now: () => world.now };
    try {
      const longLived = testScanner(live.stateDir, options);
      await longLived.deep();
      for (const each of changesOfRun) {
        each.run(world);
        const { snapshot } = await longLived.quick();
        const fresh = await testScanner(live.stateDir, options).deep();
        expect(decisive(snapshot)).toEqual(decisive(fresh.snapshot));
      }
    } finally {
      close(live);
    }
  });
  await fc.assert(property, { numRuns: 12 });
}

/** All but how far a transcript was asked for its usage, which depends on what was stored when it was: the tokens show it. */
function decisive(snapshot: Snapshot) {
  return {
    ...snapshot,
    agents: snapshot.agents.map((agent) =>
      agent.readable
        ? {
            ...agent,
            sessions: agent.sessions.map(({ session, ...published }) => ({
              ...published,
              session: { ...session, transcript: { ...session.transcript, lastUsage: null } },
            })),
          }
        : agent,
    ),
  };
}

it('a scanner that lives long says of files what a new one says', async () => {
  await expectSame({ open: () => new LiveFiles(), close: (live) => live.remove(), changes: FILES });
});

it('a scanner that lives long says of a database what a new one says', async () => {
  await expectSame({ open: newDatabase, close: (live) => live.close(), changes: DATABASE });
});
