/** Where the sample's gateway believes its state to be: another place than ours, as with a mounted volume. */
export const GATEWAY_STATE_DIR = '/home/demo/.openclaw';
export const PROVIDER = 'demo';

/** Context windows in tokens, by model. */
export const WINDOWS = { 'demo-wide': 256_000, 'demo-large': 200_000, 'demo-compact': 128_000 } as const;

export type Model = keyof typeof WINDOWS;

/** The sample's agents with their models. `demo-broken` has an index that cannot be read. */
export const AGENTS = {
  'demo-main': 'demo-wide',
  'demo-support': 'demo-large',
  'demo-ops': 'demo-large',
  'demo-broken': 'demo-large',
} as const satisfies Record<string, Model>;

export type Agent = keyof typeof AGENTS;

/** The Telegram account whose chats all belong to `demo-support`. */
export const SUPPORT_ACCOUNT = 'demo-support-bot';
export const DEFAULT_ACCOUNT = 'default';

/** Chats with a binding of their own. In each of them the sample has a session of `demo-main`, which is therefore stray. */
export const BOUND = { supportPeer: '5550000010', opsGroup: '-1005550000090' } as const;

/** `openclaw.json` as 2026.7.35 leaves it after `config set`. `now` in milliseconds since the epoch. */
export function sampleConfig(now: number): object {
  const account = { botToken: 'demo:not-a-token' };
  return {
    gateway: { port: 18789, mode: 'local', bind: 'loopback' },
    models: { mode: 'replace', providers: { [PROVIDER]: provider() } },
    agents: {
      defaults: {
        model: { primary: modelRef('demo-wide') },
        contextPruning: { mode: 'cache-ttl', ttl: '1h' },
        compaction: { mode: 'safeguard', reserveTokensFloor: 20_000 },
      },
      list: Object.entries(AGENTS).map(([id, model]) => ({
        id,
        ...(id === 'demo-main' ? { default: true } : {}),
        workspace: `~/demo/${id}`,
        model: modelRef(model),
      })),
    },
    bindings: [
      binding('demo-support', 'telegram', DEFAULT_ACCOUNT, { kind: 'direct', id: BOUND.supportPeer }),
      binding('demo-ops', 'telegram', DEFAULT_ACCOUNT, { kind: 'group', id: BOUND.opsGroup }),
      binding('demo-support', 'telegram', SUPPORT_ACCOUNT),
      binding('demo-ops', 'discord', '*'),
    ],
    session: {
      dmScope: 'per-channel-peer',
      maintenance: { mode: 'enforce', maxEntries: 250, pruneAfter: '30d', maxDiskBytes: '200mb' },
    },
    channels: {
      telegram: {
        enabled: true,
        defaultAccount: DEFAULT_ACCOUNT,
        accounts: { [DEFAULT_ACCOUNT]: account, [SUPPORT_ACCOUNT]: account },
      },
      discord: { enabled: true },
    },
    meta: { lastTouchedVersion: '2026.7.35', lastTouchedAt: new Date(now - 9 * 24 * 60 * 60 * 1000).toISOString() },
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

function binding(agentId: Agent, channel: string, accountId: string, peer?: { kind: string; id: string }): object {
  return { agentId, match: { channel, accountId, ...(peer === undefined ? {} : { peer }) } };
}

function modelRef(model: Model): string {
  return `${PROVIDER}/${model}`;
}
