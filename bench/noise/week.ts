import { KINDS, type Kind } from '../../src/openclaw/keys.ts';

/** How a gateway is used; all else is the same for all: three agents with twelve sessions each. */
export interface Gateway {
  readonly name: string;
  /** Of the model, in tokens. */
  readonly window: number;
  /** Sessions begin anew at four in the morning. */
  readonly dailyReset: boolean;
  /** Tokens that a turn adds, on average. */
  readonly tokensPerTurn: number;
}

/** The gateways of the noise budget. */
export const GATEWAYS: readonly Gateway[] = [
  { name: '200k-many', window: 200_000, dailyReset: false, tokensPerTurn: 5000 },
  { name: '200k-few', window: 200_000, dailyReset: false, tokensPerTurn: 700 },
  { name: '200k-reset', window: 200_000, dailyReset: true, tokensPerTurn: 5000 },
  { name: '1m-many', window: 1_000_000, dailyReset: false, tokensPerTurn: 5000 },
  { name: '1m-reset', window: 1_000_000, dailyReset: true, tokensPerTurn: 700 },
];

/** A Monday, 00:00 UTC; the people of the model live there. */
export const START_SECONDS = Date.UTC(2026, 0, 5) / 1000;
export const STEP_SECONDS = 600;
const HOUR_STEPS = 3600 / STEP_SECONDS;
const DAY_STEPS = 24 * HOUR_STEPS;

const AGENTS = ['main', 'work', 'home'];
const RESERVE = 20_000;
const BYTES_PER_TOKEN = 4;
/** A summary, and the last turns. */
const AFTER_COMPACTION = 25_000;

/** Sessions of an agent, with their turns on a working day. */
const SESSIONS: readonly { readonly kind: Kind; readonly turns: readonly number[] }[] = [
  { kind: 'main', turns: [40] },
  { kind: 'dm', turns: [30, 15, 8, 3, 1] },
  { kind: 'group', turns: [60, 30, 10, 4] },
  { kind: 'cron', turns: [24] },
  { kind: 'subagent', turns: [4] },
];

interface State {
  readonly agent: string;
  readonly kind: Kind;
  readonly session: string;
  readonly turns: number;
  /** null: not known before the next run. */
  tokens: number | null;
  bytes: number;
  messages: number;
  compactions: number;
  lastActivity: number;
}

/** The same numbers each time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Part of a day's turns in this step: people write from eight to eleven in the evening, and half as much at weekends. */
function share(kind: Kind, step: number): number {
  if (kind === 'cron') return 1 / DAY_STEPS;
  const hour = Math.floor((step % DAY_STEPS) / HOUR_STEPS);
  const isWeekend = Math.floor(step / DAY_STEPS) % 7 >= 5;
  return hour < 8 || hour >= 23 ? 0 : (isWeekend ? 0.5 : 1) / (15 * HOUR_STEPS);
}

/**
 * A healthy week of one gateway as OpenMetrics without its end, and how many samples it has. OpenClaw compacts after the run
 * that grew above the effective window; then nobody knows the tokens before the next run.
 */
export function* weekOf(gateway: Gateway, days: number): Generator<string> {
  const next = random(GATEWAYS.findIndex(({ name }) => name === gateway.name) + 7);
  const states = AGENTS.flatMap((agent) =>
    SESSIONS.flatMap(({ kind, turns }) => turns.map((each, at) => begin(gateway, next, agent, kind, at, each))),
  );
  const samples = new Map<string, string[]>();
  const put = (metric: string, labels: string, value: number, time: number) => {
    const lines = samples.get(metric) ?? [];
    samples.set(metric, lines);
    lines.push(
      `${metric}{${labels}gateway="${gateway.name}",instance="${gateway.name}",job="openclaw-store"} ${value} ${time}`,
    );
  };
  for (let step = 0; step <= days * DAY_STEPS; step += 1) {
    const time = START_SECONDS + step * STEP_SECONDS;
    for (const state of states) advance(gateway, state, step, time, next);
    publish(gateway, states, time, put);
  }
  for (const [metric, lines] of samples) yield `# TYPE ${metric} gauge\n${lines.join('\n')}\n`;
}

/** In the middle of its life. */
function begin(gateway: Gateway, next: () => number, agent: string, kind: Kind, at: number, turns: number): State {
  const room = gateway.dailyReset ? AFTER_COMPACTION : gateway.window - RESERVE;
  const tokens = Math.round(next() * room);
  return {
    agent,
    kind,
    session: `agent:${agent}:${kind}:${at}`,
    turns,
    tokens,
    bytes: tokens * BYTES_PER_TOKEN,
    messages: 40,
    compactions: 0,
    lastActivity: START_SECONDS - 3 * 3600,
  };
}

function advance(gateway: Gateway, state: State, step: number, time: number, next: () => number): void {
  if (gateway.dailyReset && step % DAY_STEPS === 4 * HOUR_STEPS) {
    Object.assign(state, { tokens: null, bytes: 200, messages: 0, compactions: 0 });
  }
  const expected = state.turns * share(state.kind, step);
  const runs = Math.floor(expected) + (next() < expected % 1 ? 1 : 0);
  for (let run = 0; run < runs; run += 1) {
    const added = Math.round(gateway.tokensPerTurn * (0.4 + 1.2 * next()));
    state.tokens = (state.tokens ?? AFTER_COMPACTION) + added;
    state.bytes += added * BYTES_PER_TOKEN;
    state.messages += 2;
    state.lastActivity = time - Math.round(next() * STEP_SECONDS);
    if (state.tokens > gateway.window - RESERVE)
      Object.assign(state, { tokens: null, compactions: state.compactions + 1 });
  }
}

type Put = (metric: string, labels: string, value: number, time: number) => void;

function publish(gateway: Gateway, states: readonly State[], time: number, put: Put): void {
  const prefix = 'openclaw_store_';
  for (const state of states) {
    const labels = `agent="${state.agent}",session="${state.session}",kind="${state.kind}",`;
    if (state.tokens !== null) put(`${prefix}session_tokens`, labels, state.tokens, time);
    put(`${prefix}session_window_tokens`, labels, gateway.window, time);
    put(`${prefix}session_effective_window_tokens`, labels, gateway.window - RESERVE, time);
    put(`${prefix}session_transcript_bytes`, labels, state.bytes, time);
    put(`${prefix}session_messages`, labels, state.messages, time);
    put(`${prefix}session_compactions`, labels, state.compactions, time);
    put(`${prefix}session_last_activity_timestamp_seconds`, labels, state.lastActivity, time);
  }
  for (const agent of AGENTS) {
    const own = states.filter((state) => state.agent === agent);
    put(`${prefix}readable`, `agent="${agent}",`, 1, time);
    put(`${prefix}active_sessions_by_status`, `agent="${agent}",status="done",`, own.length - 1, time);
    put(`${prefix}active_sessions_by_status`, `agent="${agent}",status="failed",`, 1, time);
    put(`${prefix}files`, `agent="${agent}",class="orphan",`, 40, time);
    put(`${prefix}config_maintenance_limit_entries`, `agent="${agent}",`, own.length, time);
    for (const kind of KINDS) {
      const count = own.filter((state) => state.kind === kind).length;
      if (count > 0) put(`${prefix}sessions`, `agent="${agent}",kind="${kind}",`, count, time);
    }
  }
  put('up', '', 1, time);
  put(`${prefix}state_readable`, '', 1, time);
  put(`${prefix}agents`, '', AGENTS.length, time);
  put(`${prefix}config_valid`, '', 1, time);
  put(`${prefix}last_scan_timestamp_seconds`, 'scan="quick",', time - 20, time);
  put(`${prefix}scan_interval_seconds`, 'scan="quick",', 60, time);
}
