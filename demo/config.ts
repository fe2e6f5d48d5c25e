/** Where the sample's gateway believes its state to be: another place than ours, as with a mounted volume. */
export const GATEWAY_STATE_DIR = '/home/demo/.openclaw';
export const PROVIDER = 'demo';

/** Context windows in tokens, by model. */
export const WINDOWS = { 'demo-wide': 256_000, 'demo-large': 200_000, 'demo-compact': 128_000 } as const;

export type Model = keyof typeof WINDOWS;

/** The version that wrote the config and every database. */
export const PROGRAM = '2026.9.6';

/**
 * The sample's agents with their models. The first five are as 2026.7.35 left them, which the newer program does not
 * read until its doctor has migrated them; `demo-broken` has an index that cannot be read, `demo-retired` is no longer in the config. `demo-desk` lives in a
 * database, `demo-moving` in one with its old files still beside it.
 */
export const AGENTS = {
  'demo-main': 'demo-wide',
  'demo-support': 'demo-large',
  'demo-ops': 'demo-large',
  'demo-broken': 'demo-large',
  'demo-retired': 'demo-large',
  'demo-desk': 'demo-large',
  'demo-moving': 'demo-large',
} as const satisfies Record<string, Model>;

export type Agent = keyof typeof AGENTS;

const RETIRED_AGENT = 'demo-retired' satisfies Agent;

/** The Telegram account whose chats all belong to `demo-support`. */
export const SUPPORT_ACCOUNT = 'demo-support-bot';
export const DESK_ACCOUNT = 'demo-desk-bot';
export const MOVING_ACCOUNT = 'demo-moving-bot';
export const DEFAULT_ACCOUNT = 'default';

/** Chats with a binding of their own. In each of them the sample has a session of `demo-main`, which is therefore stray. */
export const BOUND = { supportPeer: '5550000010', opsGroup: '-1005550000090' } as const;

const CONFIGURED = Object.keys(AGENTS).flatMap((id) => (isAgent(id) && id !== RETIRED_AGENT ? [id] : []));

function isAgent(id: string): id is Agent {
  return id in AGENTS;
}

/** `openclaw.json` as the doctor of 2026.9.6 leaves it. `isBound`: the chats of `BOUND` have their bindings. */
export function sampleConfig(agents: readonly Agent[] = CONFIGURED, { isBound } = { isBound: true }): object {
  const account = { botToken: 'demo:not-a-token' };
  return {
    gateway: { port: 18789, mode: 'local', bind: 'loopback' },
    models: { mode: 'replace', providers: { [PROVIDER]: provider() } },
    agents: {
      defaults: {
        model: { primary: modelRef('demo-wide') },
        contextPruning: { mode: 'cache-ttl', ttl: '1h' },
        compaction: { mode: 'safeguard' },
        systemAgent: { agentId: 'demo-main' },
      },
      ownership: 'explicit',
      entries: Object.fromEntries(agents.map((id) => [id, { workspace: `~/demo/${id}`, model: modelRef(AGENTS[id]) }])),
    },
    bindings: [
      ...(isBound
        ? [
            binding('demo-support', 'telegram', DEFAULT_ACCOUNT, { kind: 'direct', id: BOUND.supportPeer }),
            binding('demo-ops', 'telegram', DEFAULT_ACCOUNT, { kind: 'group', id: BOUND.opsGroup }),
          ]
        : []),
      binding('demo-support', 'telegram', SUPPORT_ACCOUNT),
      binding('demo-desk', 'telegram', DESK_ACCOUNT),
      binding('demo-moving', 'telegram', MOVING_ACCOUNT),
      binding('demo-ops', 'discord', '*'),
      // The doctor says so of the agent that was the default.
      binding('demo-main', 'telegram', '*'),
    ].filter(({ agentId }) => agents.includes(agentId)),
    session: {
      dmScope: 'per-channel-peer',
      maintenance: { mode: 'enforce', maxEntries: 250, pruneAfter: '30d', maxDiskBytes: '200mb' },
    },
    channels: {
      telegram: {
        enabled: true,
        defaultAccount: DEFAULT_ACCOUNT,
        accounts: Object.fromEntries(
          [DEFAULT_ACCOUNT, SUPPORT_ACCOUNT, DESK_ACCOUNT, MOVING_ACCOUNT].map((name) => [name, account]),
        ),
      },
      discord: { enabled: true },
    },
    meta: { lastTouchedVersion: PROGRAM },
  };
}

function provider(): object {
  return {
    baseUrl: 'http://demo.invalid/v1',
    apiKey: 'not-a-key',
    api: 'openai-completions',
    models: Object.entries(WINDOWS).map(([id, contextWindow]) => ({
      id,
      name: id,
      contextWindow,
      maxTokens: 8192,
      input: ['text'],
      reasoning: false,
      cost: { input: 1, output: 4, cacheRead: 0.1, cacheWrite: 1.25 },
    })),
  };
}

function binding(agentId: Agent, channel: string, accountId: string, peer?: { kind: string; id: string }) {
  return { agentId, match: { channel, accountId, ...(peer === undefined ? {} : { peer }) } };
}

function modelRef(model: Model): string {
  return `${PROVIDER}/${model}`;
}
