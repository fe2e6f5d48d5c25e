import type { Snapshot } from '../../model/snapshot.ts';
import type { AgentSettings } from '../../openclaw/limits.ts';
import { type Family, PREFIX, type Sample } from './family.ts';

const SOURCE = "From openclaw.json and OpenClaw's defaults for its version, at the last quick scan.";

/** Whether what keeps sessions small is configured, for each agent. */
export const SETTINGS_FAMILIES: readonly Family<Snapshot>[] = [
  setting(
    'config_context_limit_tokens',
    `The configured limit of the context; no series when unset, or when the version does not heed it. ${SOURCE}`,
    ({ contextLimit }) => contextLimit,
  ),
  setting('config_context_pruning', `Whether context pruning is on. ${SOURCE}`, ({ pruning }) => Number(pruning)),
  {
    name: `${PREFIX}config_compaction_info`,
    type: 'gauge',
    labels: ['agent', 'mode'],
    help: `The compaction mode. ${SOURCE}`,
    scan: 'quick',
    *samples({ agents }) {
      for (const { agent, settings } of agents) {
        if (settings !== null) yield { labels: { agent, mode: settings.compactionMode }, value: 1 };
      }
    },
  },
  setting(
    'config_compaction_reserve_tokens',
    `Tokens that are kept free for a compaction. ${SOURCE}`,
    ({ compactionReserve }) => compactionReserve,
  ),
  setting(
    'config_maintenance_limit_entries',
    `Sessions above which OpenClaw's own maintenance removes the oldest; no series where there is no limit. ${SOURCE}`,
    ({ maintenanceEntries }) => maintenanceEntries,
  ),
  setting(
    'config_maintenance_limit_bytes',
    `Bytes on disk above which OpenClaw's own maintenance removes the oldest; no series where there is no limit. ${SOURCE}`,
    ({ maintenanceBytes }) => maintenanceBytes,
  ),
];

function setting(name: string, help: string, value: (settings: AgentSettings) => number | null): Family<Snapshot> {
  return {
    name: PREFIX + name,
    type: 'gauge',
    labels: ['agent'],
    help,
    scan: 'quick',
    *samples({ agents }): Generator<Sample> {
      for (const { agent, settings } of agents) {
        const known = settings === null ? null : value(settings);
        if (known !== null) yield { labels: { agent }, value: known };
      }
    },
  };
}
