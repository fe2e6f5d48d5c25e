import { ExporterError } from '../errors.ts';
import { readableAgents } from '../model/snapshot.ts';
import { inPlace, shellQuoted } from '../openclaw/commands.ts';
import { type Advice, adviceFor } from './advice.ts';
import { asRepairError, refusal } from './change-index.ts';
import { indexPathOf } from './index-places.ts';
import { adviceText, count, leftText, planText } from './report.ts';
import { EXIT, isConfirmed, protectionIn, type Run, say, WAITING } from './run.ts';
import { type IndexTargets, type Selection, select, type Target } from './select.ts';
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
  const looks = indexes.map((index) => planned(run, index));
  const plans = looks.filter((plan) => plan !== null).filter(({ entries }) => entries.length > 0);
  const isBlind = looks.includes(null);
  const advice = adviceOf(
    run,
    inDatabase.map(({ session }) => session.session.key),
    plans.flatMap(({ entries }) => entries.map(({ target }) => target)),
  );
  const broken = snapshot.agents.filter(
    ({ agent, problems }) =>
      (settings.agent === null || agent === settings.agent) && problems.some((problem) => problem.startsWith('index_')),
  );
  await say(
    settings,
    {
      plans: plans.map((plan) => asJson(plan, run)),
      left: left.map(({ target, why }) => ({ ...named(target, run), why })),
      lostIndexes: broken.map(({ agent }) => agent),
      advice: advice.map(({ agent, key, label, why, steps }) => ({
        ...named({ agent, key, label }, run),
        why,
        steps: steps.map((step) => inPlace(step, run.place)),
      })),
    },
    [
      ...plans.flatMap((plan) => [...planText(plan, protectionIn(run, plan.index.place), nameOf), '']),
      ...(plans.length === 0 && !isBlind ? ['No entry of an index is to be taken out.'] : []),
      ...leftText(left, nameOf),
      ...broken.flatMap(({ agent }) => [
        `The index of ${agent} is lost or damaged. This shows what can be brought back:`,
        `  ${inPlace(`openclaw-store-exporter repair --lost-index --agent ${shellQuoted(agent)}`, run.place)}`,
      ]),
      ...adviceText(advice, run),
    ],
  );
  const unchanged = isBlind ? EXIT.failed : left.length + advice.length + broken.length > 0 ? EXIT.left : EXIT.done;
  if (plans.length === 0) return unchanged;
  if (!(await isConfirmed(settings, `Take ${count(sum(plans), 'entry', 'entries')} out?`)))
    return Math.max(unchanged, EXIT.left);
  // What other commands are for is not this run's to do.
  const rest = isBlind ? EXIT.failed : left.length > 0 ? EXIT.left : EXIT.done;
  return Math.max(rest, await applyAll(run, plans));
}

/** null: the index cannot be read whole; the next one is another agent's. */
function planned({ log }: Run, index: IndexTargets): IndexPlan | null {
  try {
    return planTakeOut(index);
  } catch (error) {
    log.error(asRepairError(error, index.place.path).message);
    return null;
  }
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
  { settings, snapshot, stores, showsKeys }: Run,
  keys: readonly string[],
  planned: readonly Target[],
): Advice[] {
  const isNamed = settings.session.length > 0;
  const isPlanned = new Set(planned.map(({ agent, key }) => `${agent} ${key}`));
  return readableAgents(snapshot)
    .filter(({ agent }) => settings.agent === null || agent === settings.agent)
    .flatMap((agent) =>
      agent.sessions
        .filter(({ session: { key } }) => (isNamed ? keys.includes(key) : !isPlanned.has(`${agent.agent} ${key}`)))
        .flatMap(
          (each) =>
            adviceFor(agent, each, showsKeys ? each.session.key : 'KEY', indexPathOf(stores, agent.agent)) ?? [],
        ),
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
    backup: `${place.path}.bak-<date>-<time>`,
    first: refusal(protectionIn(run, place), place.version),
  };
}

function named({ agent, key, label }: { agent: string; key: string; label: string | null }, { nameOf }: Run) {
  return { agent, session: nameOf({ key, label }) };
}
