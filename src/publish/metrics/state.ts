import type { Snapshot } from '../../model/snapshot.ts';
import { type Family, PREFIX, single } from './family.ts';

/** What is known of the state directory as a whole. */
export const STATE_FAMILIES: readonly Family<Snapshot>[] = [
  {
    name: `${PREFIX}state_readable`,
    type: 'gauge',
    labels: [],
    help: "Whether OpenClaw's state directory is there, can be read and holds a config or agents (0: look at nothing else). From the last quick scan.",
    scan: 'quick',
    samples: ({ unreadable }) => single(unreadable === null ? 1 : 0),
  },
  {
    name: `${PREFIX}agents`,
    type: 'gauge',
    labels: [],
    help: 'Agents that were found in the config and on disk. From the last quick scan.',
    scan: 'quick',
    samples: ({ unreadable, agents }) => single(unreadable === null ? agents.length : null),
  },
  {
    name: `${PREFIX}config_valid`,
    type: 'gauge',
    labels: [],
    help: 'Whether openclaw.json can be used (0: the last good one is, or the defaults; 1 also when there is none). From the last quick scan.',
    scan: 'quick',
    samples: ({ unreadable, configValid }) => single(unreadable === null ? Number(configValid) : null),
  },
  {
    name: `${PREFIX}migration_runs`,
    type: 'gauge',
    labels: [],
    help: "Runs of OpenClaw's migration to SQLite that left a report; no series where there was none. From the last quick scan.",
    scan: 'quick',
    samples: ({ migrationRuns }) => single(migrationRuns),
  },
  {
    name: `${PREFIX}demo`,
    type: 'gauge',
    labels: [],
    help: 'A generated sample is served, no real state: nothing here is true of anybody.',
    scan: 'quick',
    samples: ({ sample }) => single(sample ? 1 : null),
  },
];
