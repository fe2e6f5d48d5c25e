import type { Snapshot } from '../../model/snapshot.ts';
import type { AgentSettings } from '../../openclaw/agent-settings.ts';
import { perAgent, perAgentAnd } from './builders.ts';
import type { Family } from './family.ts';

const SOURCE = "Set in openclaw.json, else OpenClaw's default for its version.";

/** Whether what keeps sessions small is configured, for each agent. */
export const SETTINGS_FAMILIES: readonly Family<Snapshot>[] = [
  setting(
    'config_context_limit_tokens',
    'The configured limit of the context; no series when it is not set, or when the version ignores it.',
    ({ contextLimit }) => contextLimit,
  ),
  setting('config_context_pruning', 'Whether context pruning is on.', ({ pruning }) => Number(pruning)),
  perAgentAnd('config_compaction_info', `The compaction mode. ${SOURCE}`, 'mode', ({ settings }) => [
    [settings.compactionMode, 1],
  ]),
  setting(
    'config_compaction_reserve_tokens',
    'Tokens kept free for a compaction.',
    ({ compactionReserve }) => compactionReserve,
  ),
  setting(
    'config_maintenance_limit_entries',
    "Sessions above which OpenClaw's own maintenance removes the oldest; no series where there is no limit.",
    ({ maintenanceEntries }) => maintenanceEntries,
  ),
  setting(
    'config_maintenance_limit_bytes',
    "Bytes on disk above which OpenClaw's own maintenance removes the oldest; no series where there is no limit.",
    ({ maintenanceBytes }) => maintenanceBytes,
  ),
];

function setting(name: string, help: string, value: (settings: AgentSettings) => number | null): Family<Snapshot> {
  return perAgent(name, `${help} ${SOURCE}`, ({ settings }) => value(settings));
}
