import type { Snapshot } from '../../model/snapshot.ts';
import { AGENT_FAMILIES } from './agents.ts';
import type { Family } from './family.ts';
import { SESSION_FAMILIES } from './sessions.ts';
import { SETTINGS_FAMILIES } from './settings.ts';
import { STATE_FAMILIES } from './state.ts';

/** Every family that is made from a snapshot, in the order of the page. */
export const SNAPSHOT_FAMILIES: readonly Family<Snapshot>[] = [
  ...STATE_FAMILIES,
  ...AGENT_FAMILIES,
  ...SETTINGS_FAMILIES,
  ...SESSION_FAMILIES,
];
