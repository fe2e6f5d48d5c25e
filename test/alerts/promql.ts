import { parser } from '@prometheus-io/lezer-promql';

interface Selector {
  readonly metric: string;
  /** The labels that it matches. */
  readonly labels: readonly string[];
  /** The whole selector, matchers included. */
  readonly text: string;
}

interface Promql {
  /** What does not parse; an empty string where something is missing. */
  readonly errors: readonly string[];
  readonly selectors: readonly Selector[];
  /** Names of functions and aggregations. */
  readonly functions: readonly string[];
  /** Numbers and durations, as they are written. */
  readonly numbers: readonly string[];
  /** Names of all nodes of the grammar that occur. */
  readonly nodes: ReadonlySet<string>;
}

/** Parses with the grammar of Prometheus's own editor. */
export function parsePromql(expr: string): Promql {
  const errors: string[] = [];
  const selectors: Selector[] = [];
  const functions: string[] = [];
  const numbers: string[] = [];
  const nodes = new Set<string>();
  parser.parse(expr).iterate({
    enter({ type, from, to, node }) {
      nodes.add(type.name);
      if (type.isError) errors.push(expr.slice(from, to));
      if (type.name === 'FunctionIdentifier' || type.name === 'AggregateOp') functions.push(expr.slice(from, to));
      if (type.name.startsWith('NumberDurationLiteral')) numbers.push(expr.slice(from, to));
      if (type.name !== 'VectorSelector') return;
      const name = node.getChild('Identifier');
      const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
      selectors.push({
        metric: name === null ? '' : expr.slice(name.from, name.to),
        labels: matchers.map((matcher) => {
          const label = matcher.getChild('LabelName');
          return label === null ? '' : expr.slice(label.from, label.to);
        }),
        text: expr.slice(from, to),
      });
    },
  });
  return { errors, selectors, functions, numbers, nodes };
}

/** The queries of an alert's annotation, with labels in the place of the template's own. */
export function annotationQueries(text: string): string[] {
  return [...text.matchAll(/printf `([^`]+)` \. \| query/g)].map(([, query = '']) =>
    query.replaceAll(/%(?:\[1\])?s/g, 'agent="work"'),
  );
}
