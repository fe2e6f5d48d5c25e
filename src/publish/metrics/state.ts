import type { Snapshot } from '../../model/snapshot.ts';
import { ofState } from './builders.ts';
import type { Family } from './family.ts';

/** What is known of the state directory as a whole. */
export const STATE_FAMILIES: readonly Family<Snapshot>[] = [
  ofState(
    'state_readable',
    "Whether OpenClaw's state directory is there, can be read and holds a config or agents (0: look at nothing else). From the last quick scan.",
    ({ unreadable }) => (unreadable === null ? 1 : 0),
  ),
  ofState(
    'agents',
    'Agents that were found in the config and on disk. From the last quick scan.',
    ({ unreadable, agents }) => (unreadable === null ? agents.length : null),
  ),
  ofState(
    'config_valid',
    'Whether openclaw.json can be used (0: the last good one is, or the defaults; 1 also when there is none). From the last quick scan.',
    ({ unreadable, configValid }) => (unreadable === null ? Number(configValid) : null),
  ),
  ofState(
    'migration_runs',
    "Runs of OpenClaw's migration to SQLite that left a report; no series where there was none. From the last quick scan.",
    ({ migrationRuns }) => migrationRuns,
  ),
  ofState('demo', 'A generated sample is served, no real state: nothing here is true of anybody.', ({ sample }) =>
    sample ? 1 : null,
  ),
];
