import { ALL_CHANGES, type ChangeName } from '../src/openclaw/versions.ts';
import { AGE_SECONDS, inWords } from '../src/thresholds.ts';

/** Where a figure comes from by era and version, for `docs/metrics.md`. */
interface FigureSource {
  /** Families, without their prefix. */
  readonly names: readonly string[];
  readonly file: string;
  readonly sqlite: string;
  /** When there is no series; null: an agent that was read always has one, as has the state directory. */
  readonly absent: string | null;
}

/** The first version that has a change. A beta is told as its release. */
function since(name: ChangeName): string {
  const [version = ''] = ALL_CHANGES[name].with.split('-beta');
  return version;
}

/** The last versions that are known to lack it. */
function before(name: ChangeName): string {
  const { without } = ALL_CHANGES[name];
  return without === undefined ? `before ${since(name)}` : `up to ${without}`;
}

/** First versions that store a field. No code asks for these: it looks whether the field is there. */
const FIELDS = {
  totalTokensFresh: '2026.2.17',
  status: '2026.4.15',
  sessionStartedAt: '2026.5.20',
  lastInteractionAt: '2026.5.20',
  lastActivityAt: '2026.7.1',
  archivedAt: '2026.7.1',
} as const;

const SAME = 'the same';
/** At the beginning of what stands for an era: its agents have none. */
export const NONE = 'no series';
const NO_STATE = '`state_readable` is 0';
const MODEL =
  'The model that the next run asks: `modelOverride` (of a thread or topic without one: that of its parent), else the stored `model`, else `model` of the agent, else `agents.defaults.model`, its aliases resolved.';
const OF_SESSIONS = 'the sessions that have the finding (see Findings), of the entries that count in `sessions`';
const NOT_LOOKED_FOR = 'the check is off or failed';

export const FIGURE_SOURCES: readonly FigureSource[] = [
  {
    names: ['state_readable'],
    file: '1 when the state directory can be listed, and it holds the folder `agents/`, or `openclaw.json` is there, or `state/openclaw.sqlite` names a database. A directory that is a link of another user is not read: 0.',
    sqlite: SAME,
    absent: null,
  },
  {
    names: ['agents'],
    file: 'the ids of `agents.list` in the config (without a list: `main`), and the folders of `agents/` that hold an index or a database. Programs that the config runs as agents (`acp`) count when they have a store.',
    sqlite: 'the same, with `agents.entries` of the config',
    absent: NO_STATE,
  },
  {
    names: ['config_valid'],
    file: `\`openclaw.json\` and its includes parse, and each part that is read here has its shape. From ${since('includesConfined')} on an include must lie in the folder of the config, or (${since('includeRoots')} and later) below a folder of \`OPENCLAW_INCLUDE_ROOTS\`.`,
    sqlite: SAME,
    absent: NO_STATE,
  },
  {
    names: ['migration_runs'],
    file: NONE,
    sqlite: 'the files `*.json` in `session-sqlite-migration-runs/` of the state directory',
    absent: 'that folder is not there, or cannot be listed',
  },
  {
    names: ['demo'],
    file: '1 when the state directory holds the file `openclaw-store-exporter-demo`, which the generator of the sample writes',
    sqlite: SAME,
    absent: 'that file is not there',
  },
  {
    names: ['readable'],
    file: '1 when the index could be read and parsed, or when there is none',
    sqlite: '1 when the database could be read and has the needed columns',
    absent: NO_STATE,
  },
  {
    names: ['info'],
    file: '`version`: `meta.lastTouchedVersion` of the config, else `schema_meta` of `state/openclaw.sqlite`. `schema` is 0.',
    sqlite:
      '`version`: `schema_meta.app_version` of the agent’s database, else as in the file era. `schema`: `PRAGMA user_version`.',
    absent: NO_STATE,
  },
  {
    names: ['problem'],
    file: 'see Problems',
    sqlite: SAME,
    absent: 'stores of the era cannot have the problem; of an agent that was not read, every problem but its own',
  },
  {
    names: ['last_write_timestamp_seconds'],
    file: 'the newest modification time (`stat`) of the index and of the transcripts that count',
    sqlite:
      'the newest of `updated_at`, `last_interaction_at` and `last_activity_at` of `session_nodes`, of the same three in the entry, of `session_windows.transcript_updated_at`, and of `archived_at` of a cold transcript',
    absent: 'there is no index, or no session (SQLite)',
  },
  {
    names: ['sessions'],
    file: `the entries of the index without \`archivedAt\` (${FIELDS.archivedAt} and later). Kind: the key, else \`chatType\` of the entry.`,
    sqlite:
      'the rows of `session_nodes` without `archived_at`, and without tombstones (`entry_valid` is -1 and `entry_json` is `{}`). Kind: the key, else `session_windows.chat_type`, else `chatType` of the entry.',
    absent: 'the agent has no session of that kind',
  },
  {
    names: ['active_sessions'],
    file: `those of \`sessions\` whose last activity is less than ${inWords(AGE_SECONDS.active)} ago: see \`session_last_activity_timestamp_seconds\``,
    sqlite: SAME,
    absent: 'the agent has no session of that kind',
  },
  {
    names: ['archived_sessions'],
    file: `the entries of the index with \`archivedAt\` (${FIELDS.archivedAt} and later; before, 0)`,
    sqlite: 'the rows of `session_nodes` with `archived_at`',
    absent: null,
  },
  {
    names: ['sessions_without_series'],
    file: 'those of `sessions` beyond `--session.limit`, or with a label that another session has already',
    sqlite: SAME,
    absent: null,
  },
  {
    names: ['corrupted_sessions'],
    file: OF_SESSIONS,
    sqlite: SAME,
    absent: `${NOT_LOOKED_FOR}; the era does not have the reason; the reason needs a deep scan, and none has ended yet`,
  },
  {
    names: ['duplicate_sessions', 'stray_sessions', 'collision_sessions', 'stuck_sessions'],
    file: OF_SESSIONS,
    sqlite: SAME,
    absent: NOT_LOOKED_FOR,
  },
  {
    names: ['undecided_sessions'],
    file: 'those of `sessions` for which a fact that is not stored, or the unknown version, could change the agent that the bindings choose',
    sqlite: `the same; OpenClaw stores more of these facts (\`session_conversations.route_context_json\`)`,
    absent: 'the check `strays` is off or failed',
  },
  {
    names: ['ignored_findings'],
    file: 'the findings that `ignore` in the exporter’s config file matches',
    sqlite: SAME,
    absent: 'nothing is ignored',
  },
  {
    names: ['sessions_by_status', 'active_sessions_by_status'],
    file: `\`status\` of the entry (${FIELDS.status} and later), of all sessions or of the active ones`,
    sqlite: '`status` of the entry, else `session_nodes.status`',
    absent: 'no session of the agent has that status',
  },
  {
    names: ['active_sessions_by_tokens_source'],
    file: 'those of `active_sessions`, by what `session_tokens` was taken from',
    sqlite: SAME,
    absent: 'no active session has that source',
  },
  {
    names: ['files', 'bytes'],
    file: 'the regular files below `agents/<id>/`, and those of the store where `session.store` names another place; by name and `stat` alone. What several agents share counts for the first of them in the config.',
    sqlite: 'the same, with the agent’s database wherever it lies',
    absent: 'there is no file of that class; a folder of the agent could not be listed',
  },
  {
    names: ['database_free_bytes'],
    file: NONE,
    sqlite: '`PRAGMA freelist_count` times `PRAGMA page_size`',
    absent: 'file era; a database that several agents share: it counts for the first of them',
  },
  {
    names: ['pending_inputs'],
    file: NONE,
    sqlite: 'the rows of `session_pending_inputs` by `state`',
    absent: 'file era; the version has no such table',
  },
  {
    names: ['oldest_pending_input_timestamp_seconds'],
    file: NONE,
    sqlite: 'the lowest `session_pending_inputs.accepted_at` with the state `queued`',
    absent: 'file era; nothing is queued; the version has no such column',
  },
  {
    names: ['unimported_sessions'],
    file: NONE,
    sqlite: 'the keys of a `sessions.json` that was left and that no row of `session_nodes` has',
    absent: 'file era',
  },
  {
    names: ['stale_since_timestamp_seconds'],
    file: NONE,
    sqlite: `when the database was read last, while another process keeps it locked (${inWords(AGE_SECONDS.lockedDatabase)} at most)`,
    absent: 'the database could be read in this scan; file era',
  },
  {
    names: ['locks'],
    file: 'the files of the class `lock`, by the age of their modification time. OpenClaw locks transcripts in all versions of the era, the index up to 2026.4.29.',
    sqlite: 'the same: what the file era left',
    absent: 'there is no lock of that state; a folder of the agent could not be listed',
  },
  {
    names: ['config_context_limit_tokens'],
    file: '`agents.defaults.contextTokens`. The `contextTokens` of an agent limits no run.',
    sqlite: `${NONE}: from ${since('defaultContextTokensDropped')} on the loader drops the key`,
    absent: 'it is not set; SQLite era',
  },
  {
    names: ['config_context_pruning'],
    file: `\`agents.defaults.contextPruning.mode\`. Without a mode it is 1 where \`auth.order\` or \`auth.profiles\` name a profile for Anthropic (${since('claudeCliProfiles')} and later also for \`claude-cli\`), or \`env\` sets a key for it.`,
    sqlite: SAME,
    absent: 'no mode is set and the config does not decide it: the environment of the gateway does',
  },
  {
    names: ['config_compaction_info'],
    file: '`agents.defaults.compaction.mode`, else `safeguard`; `safeguard` with a `provider`',
    sqlite: `the same; \`off\` where \`compaction.enabled\` is false (${since('compactionSwitch')} and later)`,
    absent: null,
  },
  {
    names: ['config_compaction_reserve_tokens'],
    file: `the larger one of \`compaction.reserveTokensFloor\` (else 20,000) and \`compaction.reserveTokens\` (${since('reserveTokensKey')} and later; else 16,384)`,
    sqlite: `20,000: from ${since('reserveKeysDropped')} on both keys are taken out of the config`,
    absent: null,
  },
  {
    names: ['config_maintenance_limit_entries'],
    file: '`session.maintenance.maxEntries`, else 500',
    sqlite: `\`session.maintenance.maxEntries\`, else 500 (${before('maintenanceKeeps5000')}) or 5,000 (${since('maintenanceKeeps5000')} and later)`,
    absent: `the mode is \`warn\` (the default ${before('maintenanceEnforced')}); ${before('maintenance')}, which has no maintenance; not set and the version is not known`,
  },
  {
    names: ['config_maintenance_limit_bytes'],
    file: '`session.maintenance.maxDiskBytes`; 0 is a limit',
    sqlite: '`session.maintenance.maxDiskBytes`, else 10 GiB',
    absent: `not set (file era); \`false\` or 0 (SQLite); the mode is \`warn\` (the default ${before('maintenanceEnforced')}); ${before('maintenance')}; not set and the version is not known`,
  },
  {
    names: ['session_info'],
    file: '`channel`: the key. `account`: `origin.accountId`, else `deliveryContext.accountId`, else `lastAccountId` of the entry. `model` and `provider`: `model` and `modelProvider` of the entry, else `modelOverride` and `providerOverride`.',
    sqlite:
      'the same, but `account`: `session_windows.account_id`, else `delivery.route.accountId`, else `delivery.context.accountId` of the entry. Where the entry is no object, model and provider of `session_windows`.',
    absent: null,
  },
  {
    names: ['session_tokens'],
    file: `\`totalTokens\` of the entry, when it is fresh (\`totalTokensFresh\`, ${FIELDS.totalTokensFresh} and later), not above the window, and the transcript does not show that it is a sum or of before a compaction. Without that flag: when no usage is in the transcript since its newest compaction, and the total is not the whole window. Else the last usage in the transcript: the prompt of the newest assistant message after the newest \`compaction\` or \`reset\` (\`usage.contextUsage.promptTokens\`, else \`input\` + \`cacheRead\` + \`cacheWrite\`).`,
    sqlite:
      'the same, of the entry and of `transcript_events` (`event_json`, from schema 23 on also `event_zstd`). A total without `totalTokensVersion`, as in imported rows, counts too.',
    absent: 'neither counts; the entry of a file is no object',
  },
  {
    names: ['session_window_tokens'],
    file: `${MODEL} Its entry in \`models.providers\`: \`contextTokens\`, else \`contextWindow\`, else 200,000. The smallest of that, of the stored \`contextTokens\` unless another model was chosen since, and of \`agents.defaults.contextTokens\`.`,
    sqlite: `${MODEL} Its entry in \`models.providers\`, with the limits of the provider where it has none (${since('providerLimitsInherited')} and later): \`contextTokens\`, else \`contextWindow\` (from ${since('smallerModelLimit')} on the smaller one). Where the config has no window, the stored \`contextTokens\` of that model, else 200,000 for a model that is configured. A stored limit from the model's own runtime (\`contextTokensSource\`) counts when it is smaller.`,
    absent:
      'the config does not know the model and nothing is stored for it (the windows in OpenClaw’s own catalogue are not known here); the entry of a file is no object',
  },
  {
    names: ['session_effective_window_tokens'],
    file: `The window without the reserve, which is \`config_compaction_reserve_tokens\`, but in small windows less: ${before('reserveTokensKey')} nothing caps it; from ${since('reserveTokensKey')} on the floor leaves 8,000 tokens or half of the window, from ${since('reserveCapped')} on the whole reserve does.`,
    sqlite: `The window without the reserve of 20,000. ${sentence(before('reserveQuarter'))} it leaves 8,000 tokens or half of the window; from ${since('reserveQuarter')} on it is a quarter of the window at most.`,
    absent: `the window is not known, or the reserve leaves nothing (${before('reserveCapped')})`,
  },
  {
    names: ['session_transcript_bytes'],
    file: 'the size of the transcript’s file (`stat`)',
    sqlite:
      'the sum of `transcript_events.event_utf8_bytes` (schema 23), before of `octet_length(event_json)`; of a transcript in the cold archive `session_transcript_cold_archives.raw_bytes`',
    absent: 'there is no transcript, or it could not be looked at; in SQLite also without events',
  },
  {
    names: ['session_messages', 'session_compactions'],
    file: 'the lines of the transcript whose `type` is `message`, and `compaction`',
    sqlite: 'the rows of `transcript_event_identities` with that `event_type`',
    absent:
      'there is no transcript; before the deep scan has validated it (file era); it lies in the cold archive, or has no events (SQLite)',
  },
  {
    names: ['session_started_timestamp_seconds'],
    file: `\`sessionStartedAt\` of the entry (${FIELDS.sessionStartedAt} and later), else \`timestamp\` of the transcript’s header, after the deep scan`,
    sqlite: '`sessionStartedAt` of the entry, else `session_nodes.created_at`',
    absent: 'neither is there, as for an old session before the deep scan, or an imported row',
  },
  {
    names: ['session_last_activity_timestamp_seconds'],
    file: `the first that is there: \`lastInteractionAt\` (${FIELDS.lastInteractionAt} and later), \`lastActivityAt\` (${FIELDS.lastActivityAt} and later), \`updatedAt\` of the entry`,
    sqlite: `the first that is there: \`lastInteractionAt\`, \`lastActivityAt\` of the entry; \`last_interaction_at\`, \`last_activity_at\` of \`session_nodes\`; \`updatedAt\` of the entry; \`session_nodes.updated_at\``,
    absent: 'none of these is there',
  },
  {
    names: ['session_finding'],
    file: 'see Findings',
    sqlite: SAME,
    absent: 'the session has no finding',
  },
  {
    names: ['session_threshold_tokens', 'session_threshold_transcript_bytes'],
    file: '`thresholds` of the exporter’s config file',
    sqlite: SAME,
    absent: 'the shipped threshold is in force for the session',
  },
];

/** Where a figure about the exporter comes from. */
export const OWN_SOURCES: readonly { names: readonly string[]; source: string; absent: string | null }[] = [
  {
    names: ['scan_success'],
    source: 'how the last scan of that kind ended',
    absent: 'no scan of that kind has ended yet',
  },
  { names: ['scan_stuck'], source: 'a killed scanning process that does not end', absent: null },
  {
    names: ['scan_duration_seconds', 'last_scan_timestamp_seconds'],
    source: 'the last scan of that kind that succeeded',
    absent: 'none has succeeded yet',
  },
  {
    names: ['scan_interval_seconds'],
    source: '`--scan.schedule` and `--scan.deep-schedule`',
    absent: 'nothing is scheduled (`scan`)',
  },
  {
    names: ['scanner_resident_memory_bytes'],
    source: 'the scanning process, at the end of each of its scans',
    absent: 'no scanning process is there, as after a kill',
  },
  {
    names: ['scanner_cpu_seconds_total'],
    source: 'all scanning processes since the start of the exporter',
    absent: null,
  },
  {
    names: ['check_success', 'check_duration_seconds'],
    source: 'each check, of the last scan that ran the checks',
    absent: 'the check is off; no scan has succeeded yet',
  },
  {
    names: ['threshold_tokens', 'threshold_transcript_bytes'],
    source: '`thresholds` of the exporter’s config file for a whole kind, else the shipped number',
    absent: 'there is no threshold of that severity',
  },
  {
    names: ['exporter_config_last_reload_successful', 'exporter_config_last_reload_success_timestamp_seconds'],
    source: 'the start of the exporter, and each SIGHUP',
    absent: 'with `scan`, which loads its settings once',
  },
  { names: ['exporter_build_info'], source: 'the built program, and the Node that runs it', absent: null },
];

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
