import { ExporterError } from '../errors.ts';
import { readableAgents } from '../model/snapshot.ts';
import { type Advice, adviceFor } from './advice.ts';
import { adviceText, count, leftText, planText } from './report.ts';
import { EXIT, isConfirmed, protectionIn, type Run, say, WAITING } from './run.ts';
import { type Selection, select } from './select.ts';
import { type IndexPlan, planTakeOut, takeOut } from './take-out.ts';

/** `repair`: takes entries out of indexes. Returns the exit code. */
export async function takeOutEntries(run: Run): Promise<number> {
  const { settings, snapshot, stores, nameOf } = run;
  const selection: Selection = {
    reasons: settings.reason,
    agent: settings.agent,
    sessions: settings.session,
    quietMs: settings['quiet-period'] ?? 0,
    maxEntries: settings['max-entries'],
  };
  const { indexes, left, inDatabase } = select(snapshot, stores, selection, Date.now());
  const plans = indexes.map(planTakeOut).filter(({ entries }) => entries.length > 0);
  const advice = adviceOf(
    run,
    inDatabase.map(({ session }) => session.session.key),
    plans.flatMap(({ entries }) => entries.map(({ target }) => target.key)),
  );
  const broken = snapshot.agents.filter(({ problems }) => problems.some((problem) => problem.startsWith('index_')));
  await say(
    settings,
    {
      plans: plans.map((plan) => asJson(plan, run)),
      left: left.map(({ target, why }) => ({ ...named(target, run), why })),
      advice,
    },
    [
      ...plans.flatMap((plan) => [...planText(plan, protectionIn(run, plan.index.place), nameOf), '']),
      ...(plans.length === 0 ? ['No entry of an index is to be taken out.'] : []),
      ...leftText(left, nameOf),
      ...broken.map(
        ({ agent }) =>
          `The index of ${agent} is lost or damaged: repair --lost-index --agent ${agent} shows what can be brought back.`,
      ),
      ...adviceText(advice, nameOf, run.showsKeys),
    ],
  );
  if (plans.length === 0) return left.length + advice.length + broken.length > 0 ? EXIT.left : EXIT.done;
  if (!(await isConfirmed(settings, `Take ${count(sum(plans), 'entry', 'entries')} out?`))) return EXIT.left;
  return applyAll(run, plans);
}

function sum(plans: readonly IndexPlan[]): number {
  return plans.reduce((entries, plan) => entries + plan.entries.length, 0);
}

async function applyAll(run: Run, plans: readonly IndexPlan[]): Promise<number> {
  const { log, labelOf } = run;
  let taken = 0;
  let changed = 0;
  let failed = 0;
  for (const plan of plans) {
    const { place } = plan.index;
    try {
      const done = await takeOut(plan, protectionIn(run, place), WAITING);
      taken += done.taken.length;
      changed += done.changed.length;
      for (const { target } of done.taken)
        log.info('entry taken out of the index', {
          agent: target.agent,
          session: labelOf(target.key),
          why: target.findings.join(', ') || 'named',
        });
      for (const { target } of done.changed)
        log.warn('entry left: it changed since the plan', { agent: target.agent, session: labelOf(target.key) });
      if (done.backup !== null) log.info('backup of the index', { path: done.backup });
    } catch (error) {
      // The next index is another agent's.
      if (!(error instanceof ExporterError)) throw error;
      failed += 1;
      log.error(error.message);
    }
  }
  log.info('repair ended', { taken, changed, failed });
  if (failed > 0) return EXIT.failed;
  return changed > 0 ? EXIT.left : EXIT.done;
}

/** Of the sessions that the operator named, or of all that have something. */
function adviceOf(
  { settings, snapshot, showsKeys }: Run,
  keys: readonly string[],
  planned: readonly string[],
): Advice[] {
  const isNamed = settings.session.length > 0;
  return readableAgents(snapshot)
    .filter(({ agent }) => settings.agent === null || agent === settings.agent)
    .flatMap((agent) =>
      agent.sessions
        .filter(({ session: { key } }) => (isNamed ? keys.includes(key) : !planned.includes(key)))
        .flatMap((each) => adviceFor(agent, each, showsKeys ? each.session.key : 'KEY') ?? []),
    );
}

function asJson(plan: IndexPlan, run: Run) {
  const { place, agents } = plan.index;
  return {
    index: place.path,
    agents,
    version: place.version,
    bytes: plan.bytes,
    entries: plan.entries.map(({ target, bytes }) => ({
      ...named(target, run),
      findings: target.findings,
      bytes,
      transcript: target.transcript.state === 'there' ? target.transcript.path : null,
    })),
    kept: plan.kept,
  };
}

function named({ agent, key, label }: { agent: string; key: string; label: string | null }, { nameOf }: Run) {
  return { agent, session: nameOf({ key, label }) };
}
