import type { DashboardSpec } from '../dashboard.ts';
import { FLEET_GATEWAYS } from './gateways.ts';
import { FLEET_OVERVIEW } from './overview.ts';
import { FLEET_SESSIONS } from './sessions.ts';

export const FLEET: DashboardSpec = {
  name: 'fleet',
  title: 'Fleet',
  description:
    'All gateways, their agents and their worst sessions. Start here; what you click opens the agent or the session.',
  rows: [FLEET_OVERVIEW, FLEET_GATEWAYS, FLEET_SESSIONS],
};
