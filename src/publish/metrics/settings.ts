import type { Snapshot } from '../../model/snapshot.ts';
import type { AgentSettings } from '../../openclaw/agent-settings.ts';
import { perAgent, perAgentAnd } from './builders.ts';
import type { Family } from './family.ts';

const SOURCE = "From openclaw.json, else OpenClaw's default for its version.";

/** Whether what keeps sessions small is configured, for each agent. */
export const SETTINGS_FAMILIES: readonly Family<Snapshot>[] = [
  setting(
    'config_context_limit_tokens',
    'The limit of the context in agents.defaults.contextTokens. No series when it is not set, or when the version ignores it (2026.8.1 and later). The contextTokens of a single agent limits no run in any version.',
    ({ contextLimit }) => contextLimit,
  ),
  setting(
    'config_context_pruning',
    "Whether context pruning is on. Without a mode it is on for a gateway with credentials for Anthropic, else off. No series when only the gateway's environment could tell.",
    ({ pruning }) => (pruning === null ? null : Number(pruning)),
  ),
  perAgentAnd(
    'config_compaction_info',
    `The compaction mode, always 1; off when compaction.enabled is false. ${SOURCE}`,
    'mode',
    ({ settings }) => [[settings.compactionMode, 1]],
  ),
  setting(
    'config_compaction_reserve_tokens',
    'Tokens that are kept free for a compaction in a large window. From 2026.8.1 on it is always 20000.',
    ({ compactionReserve }) => compactionReserve,
  ),
  setting(
    'config_maintenance_limit_entries',
    "The number of sessions above which OpenClaw's own maintenance removes the oldest ones (2026.9.2 and later: archives them). No series when there is no limit, as in the mode warn.",
    ({ maintenanceEntries }) => maintenanceEntries,
  ),
  setting(
    'config_maintenance_limit_bytes',
    "The bytes on disk above which OpenClaw's own maintenance removes the oldest sessions. No series when there is no limit, as in the mode warn.",
    ({ maintenanceBytes }) => maintenanceBytes,
  ),
];

function setting(name: string, help: string, value: (settings: AgentSettings) => number | null): Family<Snapshot> {
  return perAgent(name, `${help} ${SOURCE}`, ({ settings }) => value(settings));
}
