import type { Snapshot } from '../../model/snapshot.ts';
import { ofState } from './builders.ts';
import type { Family } from './family.ts';

/** What is known of the state directory as a whole. */
export const STATE_FAMILIES: readonly Family<Snapshot>[] = [
  ofState(
    'state_readable',
    "Whether OpenClaw's state directory exists, can be read and holds a config or agents. While this is 0, no other figure is known.",
    ({ unreadable }) => (unreadable === null ? 1 : 0),
  ),
  ofState('agents', 'Agents found in the config and on disk.', ({ unreadable, agents }) =>
    unreadable === null ? agents.length : null,
  ),
  ofState(
    'config_valid',
    'Whether openclaw.json can be parsed, and every part that the exporter reads has the right type. It does not say that the gateway would accept the file. A part of the wrong type counts as absent. When the file cannot be parsed, the last good one is used, else the defaults. It is 1 also when there is no openclaw.json.',
    ({ unreadable, configValid }) => (unreadable === null ? Number(configValid) : null),
  ),
  ofState(
    'migration_runs',
    "Reports that OpenClaw's migration to SQLite left, one for each of its runs. No series when there is none.",
    ({ migrationRuns }) => migrationRuns,
  ),
  ofState(
    'demo',
    'Whether a generated sample is served, so that no figure is about a real state directory. No series otherwise.',
    ({ sample }) => (sample ? 1 : null),
  ),
];
