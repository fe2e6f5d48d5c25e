import type { DashboardSpec } from '../dashboard.ts';
import { HEALTH_DAMAGE } from './damage.ts';
import { HEALTH_DISK } from './disk.ts';
import { HEALTH_EXPORTER } from './exporter.ts';
import { HEALTH_RUNS } from './runs.ts';
import { HEALTH_SETTINGS } from './settings.ts';
import { HEALTH_TRUST } from './trust.ts';

export const HEALTH: DashboardSpec = {
  name: 'health',
  title: 'Store health',
  description:
    'The stores of the agents: what is damaged, misplaced, stuck or too large, and whether the figures can be trusted.',
  rows: [HEALTH_TRUST, HEALTH_DAMAGE, HEALTH_RUNS, HEALTH_DISK, HEALTH_SETTINGS, HEALTH_EXPORTER],
};
