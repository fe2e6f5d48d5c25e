import { CHECKS } from '../src/checks/all.ts';
import { runChecks } from '../src/checks/run.ts';
import { prepareClassify } from '../src/classify.ts';
import { configView } from '../src/openclaw/config/view.ts';
import { SHIPPED_THRESHOLDS } from '../src/thresholds.ts';
import { inOneGo } from '../test/support/in-one-go.ts';
import { aStoredSession } from '../test/support/snapshot.ts';
import { median } from './ways.ts';

const SESSIONS = 5000;
const BINDINGS = 1000;
const AGENTS = 20;
const ROUNDS = 9;
const NAMES = ['duplicates', 'strays', 'collisions'];

/** Where every session belongs by a thousand bindings, and the checks about that. */
export function routing(): string {
  const agents = Array.from({ length: AGENTS }, (_, at) => ({ id: `agent-${at}`, default: at === 0 }));
  const bindings = Array.from({ length: BINDINGS }, (_, at) => ({
    agentId: `agent-${at % AGENTS}`,
    match: { channel: 'telegram', peer: { kind: 'direct', id: String(at) } },
  }));
  const config = configView({ meta: { lastTouchedVersion: '2026.7.35' }, agents: { list: agents }, bindings });
  const stored = Array.from({ length: SESSIONS }, (_, at) =>
    aStoredSession({ agent: `agent-${at % AGENTS}`, key: `agent:agent-${at % AGENTS}:telegram:direct:${at}` }),
  );
  const checks = CHECKS.filter(({ name }) => NAMES.includes(name));
  const times = Array.from({ length: ROUNDS }, () => {
    const startedAt = performance.now();
    const classify = prepareClassify({
      config,
      version: null,
      thresholdsOf: ({ kind }) => SHIPPED_THRESHOLDS[kind],
    });
    const sessions = stored.map((session) => classify(session, { version: null, shared: false }, 0));
    inOneGo(runChecks(checks, { sessions, listedAgents: config.agents.map(({ id }) => id), now: 0 }, () => false));
    return performance.now() - startedAt;
  });
  return `## Routing

${SESSIONS} sessions, ${BINDINGS} bindings, ${AGENTS} agents: where each session belongs, and ${NAMES.join(', ')}: ${median(times).toFixed(0)} ms, median of ${ROUNDS}.
`;
}
