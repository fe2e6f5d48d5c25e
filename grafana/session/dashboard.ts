import type { DashboardSpec } from '../dashboard.ts';
import { sessionVariable } from '../variables.ts';
import { SESSION_FACTS } from './facts.ts';
import { SESSION_NOW } from './now.ts';
import { SESSION_OVER_TIME } from './over-time.ts';

export const SESSION: DashboardSpec = {
  name: 'session',
  title: 'Session',
  description:
    'One session: its context against its thresholds and its window, its transcript, and what is wrong with it.',
  variables: [sessionVariable()],
  rows: [SESSION_NOW, SESSION_OVER_TIME, SESSION_FACTS],
};
