/** Where a figure comes from by era and version, for `docs/metrics.md`. */
interface FigureSource {
  /** Families, without their prefix. */
  readonly names: readonly string[];
  readonly file: string;
  readonly sqlite: string;
  readonly absent: string;
}

const MODEL =
  'The model that the next run asks: `modelOverride` (of a thread or topic without one: that of its parent), else the stored `model`, else `model` of the agent, else `agents.defaults.model`, its aliases resolved.';

export const FIGURE_SOURCES: readonly FigureSource[] = [
  {
    names: ['session_window_tokens'],
    file: `${MODEL} Its entry in \`models.providers\`: \`contextTokens\`, else \`contextWindow\`, else 200,000. The smallest of that, of the stored \`contextTokens\` unless another model was chosen since, and of \`agents.defaults.contextTokens\`.`,
    sqlite: `${MODEL} Its entry in \`models.providers\`, with the limits of the provider where it has none: \`contextTokens\`, else \`contextWindow\` (from 2026.9.5 the smaller one). Where the config has no window, the stored \`contextTokens\` of that model, else 200,000 for a model that is configured. A stored limit from the model's own runtime (\`contextTokensSource\`) counts when it is smaller.`,
    absent:
      'the config does not know the model and nothing is stored for it (the windows in OpenClaw’s own catalogue are not known here); the entry of a file is no object',
  },
  {
    names: ['session_effective_window_tokens'],
    file: 'The window without the reserve. `reserveTokensFloor` (20,000) is the least, 16,384 and, from 2026.4.15 on, `reserveTokens` are others. Up to 2026.2.17 nothing caps it; in 2026.4.15 the floor leaves 8,000 tokens or half of the window; from 2026.7.1 on the whole reserve does.',
    sqlite:
      'The window without the reserve of 20,000. Up to 2026.9.2 it leaves 8,000 tokens or half of the window; from 2026.9.3 on it is a quarter of the window at most.',
    absent: 'the window is not known, or the reserve leaves nothing (up to 2026.4.15)',
  },
  {
    names: ['config_valid'],
    file: '`openclaw.json` and its includes parse, and each part that is read here has its shape. From 2026.2.17 on an include must lie in the folder of the config, or (2026.5.7 and later) below a folder of `OPENCLAW_INCLUDE_ROOTS`.',
    sqlite: 'the same',
    absent: 'the state directory could not be read',
  },
  {
    names: ['config_context_limit_tokens'],
    file: '`agents.defaults.contextTokens`. The `contextTokens` of an agent limits no run.',
    sqlite: 'never: the loader drops the key',
    absent: 'it is not set',
  },
  {
    names: ['config_context_pruning'],
    file: '`agents.defaults.contextPruning.mode`. Without a mode 1 where `auth.order` or `auth.profiles` name a profile for Anthropic (2026.7.35 and later: for `claude-cli`, too), or `env` sets a key for it.',
    sqlite: 'the same',
    absent: 'no mode is set and the config does not decide it: the environment of the gateway does',
  },
  {
    names: ['config_compaction_info'],
    file: '`agents.defaults.compaction.mode`, else `safeguard`; `safeguard` with a `provider`',
    sqlite: 'the same; `off` where `compaction.enabled` is false',
    absent: 'never',
  },
  {
    names: ['config_compaction_reserve_tokens'],
    file: 'The largest of 16,384, `reserveTokensFloor` (20,000) and, from 2026.4.15 on, `reserveTokens` instead of the 16,384',
    sqlite: '20,000: the keys are taken out of the config',
    absent: 'never',
  },
  {
    names: ['config_maintenance_limit_entries'],
    file: '`session.maintenance.maxEntries`, else 500',
    sqlite: '`session.maintenance.maxEntries`, else 500 up to 2026.9.2 and 5,000 from 2026.9.3 on',
    absent: 'the mode is `warn` (the default up to 2026.4.15); before 2026.2.12; not set and the version is not known',
  },
  {
    names: ['config_maintenance_limit_bytes'],
    file: '`session.maintenance.maxDiskBytes`; 0 is a limit',
    sqlite: '`session.maintenance.maxDiskBytes`, else 10 GiB',
    absent:
      'not set (file era); `false` or 0 (SQLite); the mode is `warn` (the default up to 2026.4.15); before 2026.2.12; not set and the version is not known',
  },
];
