import type { Link } from './panel.ts';
import { DASHBOARD_UIDS } from './uids.ts';

type Target = keyof typeof DASHBOARD_UIDS;

const VARIABLES = ['datasource', 'cluster', 'job', 'instance', 'agent', 'kind'] as const;
type Variable = (typeof VARIABLES)[number] | 'session';

/** Opens a dashboard with the time and the variables of this one, but for those that `chosen` sets. */
function link(title: string, target: Target, chosen: Partial<Record<Variable, string>>): Link {
  const kept = VARIABLES.filter((name) => !(name in chosen)).map((name) => `\${${name}:queryparam}`);
  const set = Object.entries(chosen).map(([name, value]) => `var-${name}=${value}`);
  return { title, url: `/d/${DASHBOARD_UIDS[target]}?${[...kept, ...set, '$' + '{__url_time_range}'].join('&')}` };
}

/** The value of a column in the row that was clicked, by its heading. */
function cell(heading: string): string {
  return `\${__data.fields.${heading}:percentencode}`;
}

/** A label of the line or the bar that was clicked. */
function label(name: string): string {
  return `\${__field.labels.${name}:percentencode}`;
}

/** From a table with the columns Instance, Agent, Kind and Session. */
export const SESSION_OF_ROW = link('Open this session', 'session', {
  instance: cell('Instance'),
  agent: cell('Agent'),
  kind: cell('Kind'),
  session: cell('Session'),
});

/** From a line or a bar of one session. */
export const SESSION_OF_SERIES = link('Open this session', 'session', {
  instance: label('instance'),
  agent: label('agent'),
  kind: label('kind'),
  session: label('session'),
});

const AGENT_OF_ROW = { instance: cell('Instance'), agent: cell('Agent') };

/** From a table with the columns Instance and Agent. */
export const LINKS_OF_AGENT = [
  link('Sessions of this agent', 'fleet', AGENT_OF_ROW),
  link('Store of this agent', 'health', AGENT_OF_ROW),
];

/** From a table with the column Instance. */
export const LINKS_OF_INSTANCE = [
  link('Only this gateway', 'fleet', { instance: cell('Instance') }),
  link('Stores of this gateway', 'health', { instance: cell('Instance') }),
];

export const TO_HEALTH = link('Store health', 'health', {});
