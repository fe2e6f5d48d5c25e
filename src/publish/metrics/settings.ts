import type { Snapshot } from '../../model/snapshot.ts';
import type { AgentSettings } from '../../openclaw/limits.ts';
import { perAgent, perAgentAnd } from './builders.ts';
import type { Family } from './family.ts';

const SOURCE = "From openclaw.json and OpenClaw's defaults for its version, at the last quick scan.";

/** Whether what keeps sessions small is configured, for each agent. */
export const SETTINGS_FAMILIES: readonly Family<Snapshot>[] = [
  setting(
    'config_context_limit_tokens',
    'The configured limit of the context; no series when unset, or when the version does not heed it.',
    ({ contextLimit }) => contextLimit,
  ),
  setting('config_context_pruning', 'Whether context pruning is on.', ({ pruning }) => Number(pruning)),
  perAgentAnd('config_compaction_info', `The compaction mode. ${SOURCE}`, 'mode', ({ settings }) => [
    [settings.compactionMode, 1],
  ]),
  setting(
    'config_compaction_reserve_tokens',
    'Tokens that are kept free for a compaction.',
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
