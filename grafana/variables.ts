import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** The data source that the variable of the same name chooses. */
export const DATASOURCE = { type: 'prometheus', uid: '$datasource' } as const;

/** Matchers for families without an agent. */
export const FLEET = 'job=~"$job", instance=~"$instance"';
/** Matchers for families with an agent. */
export const BY_AGENT = `${FLEET}, agent=~"$agent"`;
/** Matchers for families with an agent and a kind, as all families of sessions. */
export const BY_KIND = `${BY_AGENT}, kind=~"$kind"`;

export function datasourceVariable(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus');
}

/**
 * From job to kind, each variable offers only what fits the choices before it. All is `.+`, since a list of all values would
 * make long queries. Agents come from a family that unreadable agents have, too.
 */
export function chainedVariables(): QueryVariableBuilder[] {
  return [
    labelVariable('job', 'openclaw_store_state_readable'),
    labelVariable('instance', 'openclaw_store_state_readable{job=~"$job"}'),
    labelVariable('agent', `openclaw_store_info{${FLEET}}`),
    labelVariable('kind', `openclaw_store_sessions{${BY_AGENT}}`),
  ];
}

function labelVariable(name: string, selector: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(name)
    .query(`label_values(${selector}, ${name})`)
    .datasource(DATASOURCE)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}
