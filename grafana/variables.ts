import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** The data source that the variable of the same name chooses. */
export const DATASOURCE = { type: 'prometheus', uid: '$datasource' } as const;

/** Matchers for families without an agent. */
export const TARGET = 'cluster=~"$cluster", job=~"$job", instance=~"$instance"';
/** Matchers for families with an agent. */
export const BY_AGENT = `${TARGET}, agent=~"$agent"`;
/** Matchers for families with an agent and a kind, as all families of sessions. */
export const BY_KIND = `${BY_AGENT}, kind=~"$kind"`;
/** Matchers for the one session of the dashboard *Session*. Its label is no pattern, so it is compared as it is. */
export const ONE_SESSION = `${BY_KIND}, session="$session"`;
/**
 * Matchers for alerts, which lack labels that the expression of their rule dropped. The first label that no series has matches
 * an empty one, too.
 */
export const OF_ALERTS = 'cluster=~"$cluster|", job=~"$job|", instance=~"$instance|"';

export function datasourceVariable(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus');
}

/**
 * From cluster to kind, each variable offers only what fits the choices before it. All is a pattern, since a list of all values
 * would make long queries. Agents come from a family that unreadable agents have, too.
 */
export function chainedVariables(): QueryVariableBuilder[] {
  const state = 'openclaw_store_state_readable';
  return [
    // Most targets have no label `cluster`, and an empty label is none.
    manyOf('cluster', 'Cluster', state, '.*'),
    manyOf('job', 'Job', `${state}{cluster=~"$cluster"}`),
    manyOf('instance', 'Instance', `${state}{cluster=~"$cluster", job=~"$job"}`),
    manyOf('agent', 'Agent', `openclaw_store_info{${TARGET}}`),
    manyOf('kind', 'Kind', `openclaw_store_sessions{${BY_AGENT}}`),
  ];
}

export function sessionVariable(): QueryVariableBuilder {
  return labelVariable('session', 'Session', `openclaw_store_session_info{${BY_KIND}}`).multi(false).includeAll(false);
}

function manyOf(name: string, label: string, selector: string, all = '.+'): QueryVariableBuilder {
  return labelVariable(name, label, selector)
    .multi(true)
    .includeAll(true)
    .allValue(all)
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}

function labelVariable(name: string, label: string, selector: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .query(`label_values(${selector}, ${name})`)
    .datasource(DATASOURCE)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
}
