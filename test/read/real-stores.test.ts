import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readableAgents, type Snapshot, type SnapshotSession } from '../../src/model/snapshot.ts';
import { foundTranscript } from '../../src/model/transcript.ts';
import { FILE_CLASSES } from '../../src/openclaw/file-classes.ts';
import { testScanner } from '../support/scan.ts';
import { allSessions } from '../support/snapshot.ts';
import { type FactSession, STORES, type UnpackedStore, unpackStore } from '../support/stores.ts';

const PATHS = [
  { where: 'at the path that its files name', ownPath: true },
  { where: 'under another path', ownPath: false },
];

describe.each(STORES.flatMap((name) => PATHS.map((path) => ({ name, ...path }))))(
  '$name $where',
  ({ name, ownPath }) => {
    let store: UnpackedStore;
    let quick: Snapshot;
    let deep: Snapshot;

    beforeAll(async () => {
      store = unpackStore(name, { ownPath });
      const scanner = testScanner(store.stateDir, { now: () => store.now });
      quick = (await scanner.quick()).snapshot;
      deep = (await scanner.deep()).snapshot;
    });
    afterAll(() => store.cleanup());

    it('has every session with its kind, tokens, window, bytes and activity after the first quick scan', () => {
      expect(figures(quick, quickFigures)).toEqual(expected(store.facts.sessions, quickFacts));
    });

    it('has messages, compactions, start and tokens of every session after the deep scan', () => {
      expect(figures(deep, deepFigures)).toEqual(expected(store.facts.sessions, deepFacts));
    });

    it('has every session’s findings, with the agents that they expect, and no others', () => {
      const text = (finding: string, reason?: string | null, agent?: string | null) =>
        [finding, reason ?? '', agent ?? ''].join(' ');
      expect(
        figures(deep, ({ findings }) =>
          findings.map(({ finding, reason, expectedAgent }) => text(finding, reason, expectedAgent)).toSorted(),
        ),
      ).toEqual(
        expected(store.facts.sessions, ({ findings }) =>
          findings.map(({ finding, reason, expected_agent }) => text(finding, reason, expected_agent)).toSorted(),
        ),
      );
    });

    it('has as many undecided sessions', () => {
      const undecided = readableAgents(deep).map(({ agent, sessions }) => [
        agent,
        sessions.filter(({ session }) => session.placement.undecided).length,
      ]);
      const facts = Object.entries(store.facts.agents).filter(([, { unreadable }]) => !unreadable);
      expect(Object.fromEntries(undecided)).toEqual(
        Object.fromEntries(facts.map(([agent, fact]) => [agent, fact.undecided ?? 0])),
      );
    });

    it('has every agent’s layout, kinds, archived sessions and problems, and says what it could not read', () => {
      const agents = Object.fromEntries(
        deep.agents.map((each) => {
          if (!each.readable) return [each.agent, { unreadable: true, problems: each.problems }];
          const { agent, layout, schema, archived, problems, sessions } = each;
          return [agent, { layout, schema, archived, problems, sessions: countKinds(sessions) }];
        }),
      );
      const facts = Object.fromEntries(
        Object.entries(store.facts.agents).map(([agent, fact]) => {
          const problems = Object.keys(fact.problem ?? {});
          if (fact.unreadable) return [agent, { unreadable: true, problems }];
          const { layout, schema, archived, sessions } = fact;
          return [agent, { layout, schema, archived, problems, sessions }];
        }),
      );
      expect(agents).toEqual(facts);
    });

    it('has every agent’s files and bytes by class, and its locks by age', () => {
      // The index is another one where its paths were rewritten.
      const judged = FILE_CLASSES.filter((name) => !(ownPath && name === 'index'));
      const known = (totals: Record<string, number> = {}) =>
        Object.fromEntries(judged.map((name) => [name, totals[name] ?? 0]));
      const measured = readableAgents(deep).map(({ agent, files }) => {
        const byClass = (of: 'files' | 'bytes') =>
          Object.fromEntries(files?.classes.map((each) => [each.class, each[of]]) ?? []);
        return [agent, { files: known(byClass('files')), bytes: known(byClass('bytes')), locks: files?.locks }];
      });
      const facts = Object.entries(store.facts.agents)
        .filter(([, { unreadable }]) => !unreadable)
        .map(([agent, { files, bytes, locks }]) => [agent, { files: known(files), bytes: known(bytes), locks }]);
      expect(Object.fromEntries(measured)).toEqual(Object.fromEntries(facts));
    });
  },
);

function figures<T>(snapshot: Snapshot, of: (session: SnapshotSession) => T): Record<string, T> {
  return Object.fromEntries(
    allSessions(snapshot).map((published) => [`${published.session.agent} ${published.session.key}`, of(published)]),
  );
}

function expected<T>(facts: readonly FactSession[], of: (fact: FactSession) => T): Record<string, T> {
  return Object.fromEntries(facts.map((fact) => [`${fact.agent} ${fact.key}`, of(fact)]));
}

function quickFigures({ session }: SnapshotSession) {
  return {
    kind: session.kind,
    channel: session.channel,
    id: session.sessionId,
    tokens: session.tokens,
    source: session.tokensSource,
    window: session.window,
    bytes: foundTranscript(session)?.bytes ?? null,
    activity: session.lastActivityMs,
  };
}

/** Stored totals that a quick scan believes, since they are called fresh and raise no alert. The transcript has another. */
const BELIEVED_TOTALS: Readonly<Record<string, number>> = { 'agent:desk:errand': 16_400 };

function quickFacts(fact: FactSession) {
  const total = BELIEVED_TOTALS[fact.key];
  return {
    kind: fact.kind,
    channel: fact.channel,
    id: fact.session_id,
    tokens: total ?? fact.tokens,
    source: total === undefined ? (fact.tokens_source ?? 'none') : 'index',
    window: fact.window,
    bytes: fact.transcript_bytes,
    activity: fact.last_activity_ms,
  };
}

function deepFigures({ session }: SnapshotSession) {
  return {
    messages: foundTranscript(session)?.messages ?? null,
    compactions: foundTranscript(session)?.compactions ?? null,
    started: session.startedMs,
    tokens: session.tokens,
    source: session.tokensSource,
  };
}

function deepFacts(fact: FactSession) {
  return {
    messages: fact.messages,
    compactions: fact.compactions,
    started: fact.started_ms,
    tokens: fact.tokens,
    source: fact.tokens_source ?? 'none',
  };
}

function countKinds(sessions: readonly SnapshotSession[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { session } of sessions) counts[session.kind] = (counts[session.kind] ?? 0) + 1;
  return counts;
}
