import { stringify } from 'yaml';
import type { AlertRule } from '../src/rules/rule.ts';
import type { AlertCase, Series, Situation, Value } from './cases/case.ts';

const HEADER = '# generated from alerts/cases by npm run generate; do not edit\n';
const INSTANCE = 'a:10789';

type Segment = { readonly minutes: number; readonly value: Value | 'stale' };

/** Unit tests for promtool as the text of a file. `step`: minutes between two evaluations. */
export function renderTests(
  ruleFile: string,
  rules: readonly AlertRule[],
  cases: readonly AlertCase[],
  step: number,
): string {
  const tests = cases.flatMap((each) => {
    const rule = ruleOf(rules, each);
    return [
      firesAndResolves(rule, each),
      survives(rule, each, step),
      ...lostScrapes(rule, each),
      ...hits(rule, each),
      misses(rule, each),
    ];
  });
  const content = { rule_files: [`../${ruleFile}`], evaluation_interval: `${step}m`, tests };
  return HEADER + stringify(content, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Whether a case takes an hour or longer. promtool evaluates every rule at each step, so such cases get longer steps. */
export function isSlow(rules: readonly AlertRule[], each: AlertCase): boolean {
  const rule = ruleOf(rules, each);
  return minutes(rule.for) + (each.lead ?? 0) + minutes(rule.keep_firing_for) >= 100;
}

/** The rule that a case is about. */
export function ruleOf(rules: readonly AlertRule[], { alert, rule = {} }: AlertCase): AlertRule {
  const found = rules.filter(
    (each) => each.alert === alert && Object.entries(rule).every(([label, value]) => each.labels[label] === value),
  );
  const [only] = found;
  if (only === undefined || found.length > 1)
    throw new Error(`${found.length} rules are ${alert} ${JSON.stringify(rule)}`);
  return only;
}

function firesAndResolves(
  rule: AlertRule,
  { series, labels, description, dashboard, lead = 0, memory = 0 }: AlertCase,
) {
  const fires = minutes(rule.for) + lead;
  const ended = fires + 10;
  // The first evaluation after the trouble has ended starts `keep_firing_for`.
  const resolved = ended + memory + minutes(rule.keep_firing_for);
  const expected = {
    exp_labels: { ...rule.labels, ...labels, job: 'openclaw-store', instance: INSTANCE },
    exp_annotations: {
      summary: rule.annotations.summary,
      description,
      runbook_url: `docs/runbooks/${rule.alert}.md`,
      // Which dashboard shows the figure is the test of the dashboards; the case has its variables.
      dashboard_url: dashboard.replace(/^\/d\/[\w-]+/, rule.annotations.dashboard_url.split('?')[0] ?? ''),
    },
  };
  return {
    name: `${title(rule)} fires when its time is over, says what and where, and resolves`,
    interval: '1m',
    input_series: series.map((each) =>
      inputSeries(each, INSTANCE, [
        { minutes: ended, value: each.value },
        { minutes: resolved - ended + 10, value: each.healed === undefined ? each.value : (each.healed ?? 'stale') },
      ]),
    ),
    alert_rule_test: [
      { alertname: rule.alert, eval_time: `${fires - 1}m`, exp_alerts: [] },
      { alertname: rule.alert, eval_time: `${fires}m`, exp_alerts: [expected] },
      { alertname: rule.alert, eval_time: `${resolved + 1}m`, exp_alerts: [] },
    ],
    promql_expr_test: [
      // A minute earlier than the last one in 2.42: the ranges of Prometheus 3 are open on the left.
      { expr: `count(${firing(rule)})`, eval_time: `${resolved - 2}m`, exp_samples: [{ labels: '{}', value: 1 }] },
    ],
  };
}

/** A missed scrape and a restart write stale markers. A firing alert must neither resolve nor start over. */
function survives(rule: AlertRule, { series, lead = 0 }: AlertCase, step: number) {
  const fires = minutes(rule.for) + lead;
  const gaps = { 'missed-scrape:10789': 1, 'restart:10789': 4 };
  const end = fires + 20;
  return {
    name: `${title(rule)} goes on through a missed scrape and a restart of the exporter`,
    interval: '1m',
    input_series: Object.entries(gaps).flatMap(([instance, gap]) =>
      series.map((each) =>
        inputSeries(each, instance, [
          { minutes: fires + 3, value: each.value },
          { minutes: gap, value: 'stale' },
          { minutes: end, value: each.value },
        ]),
      ),
    ),
    promql_expr_test: [
      {
        expr: `sum by (instance) (count_over_time(${firing(rule)}[14m59s]))`,
        eval_time: `${end}m`,
        exp_samples: Object.keys(gaps).map((instance) => ({
          labels: `{instance="${instance}"}`,
          value: 15 / step,
        })),
      },
    ],
  };
}

/** Every second scrape is lost, from the beginning on. The alert fires when its time is over, as without that. */
function lostScrapes(rule: AlertRule, { series, lead = 0, countsScrapes }: AlertCase) {
  if (countsScrapes) return [];
  const end = minutes(rule.for) + lead;
  // Where a series begins, the first of its lost scrapes delays the alert.
  const at = end + 2;
  const segments = (value: Value) =>
    Array.from({ length: at + 1 }, (_, minute): Segment => ({ minutes: 1, value: minute % 2 === 0 ? value : 'stale' }));
  return [
    {
      name: `${title(rule)} fires while every second scrape is lost`,
      interval: '1m',
      input_series: series.map((each) => inputSeries(each, INSTANCE, segments(each.value))),
      promql_expr_test: [
        { expr: `count(${firing(rule)})`, eval_time: `${at}m`, exp_samples: [{ labels: '{}', value: 1 }] },
      ],
    },
  ];
}

function hits(rule: AlertRule, { hits = [], lead = 0 }: AlertCase) {
  if (hits.length === 0) return [];
  const end = minutes(rule.for) + lead + 1;
  return [
    {
      name: `${title(rule)} fires: ${hits.map(({ name }) => name).join('; ')}`,
      interval: '1m',
      input_series: situations(hits, end + 5),
      promql_expr_test: [
        {
          expr: `count by (instance) (${firing(rule)})`,
          eval_time: `${end}m`,
          exp_samples: hits.map((hit) => ({ labels: `{instance="${instanceOf(hit)}"}`, value: 1 })),
        },
      ],
    },
  ];
}

function misses(rule: AlertRule, { misses, lead = 0 }: AlertCase) {
  const end = minutes(rule.for) + lead + 15;
  const brief = misses.filter(({ brief }) => brief).map(instanceOf);
  const others = brief.length === 0 ? '' : `,instance!~"${brief.join('|')}"`;
  const silent = (selector: string) => ({
    expr: `count by (instance) (count_over_time(${selector}[${end}m]))`,
    eval_time: `${end}m`,
    exp_samples: [],
  });
  return {
    name: `${title(rule)} is silent: ${misses.map(({ name }) => name).join('; ')}`,
    interval: '1m',
    input_series: situations(misses, end),
    promql_expr_test: [
      silent(firing(rule)),
      silent(firing(rule).replace('alertstate="firing"', `alertstate="pending"${others}`)),
    ],
  };
}

function situations(all: readonly Situation[], length: number) {
  return all.flatMap((situation) =>
    situation.series.map((each) =>
      inputSeries(each, instanceOf(situation), [{ minutes: length + 1, value: each.value }]),
    ),
  );
}

/** The gateway of a situation. It has the situation's name, so that a failure names it. */
function instanceOf({ name }: Situation): string {
  return `${name.replace(/[^a-z0-9]+/gi, '-')}:10789`;
}

function inputSeries({ metric, labels }: Series, instance: string, segments: readonly Segment[]) {
  const all = Object.entries({ ...labels, job: labels.job ?? 'openclaw-store', instance });
  let minute = 0;
  const values = segments.map((segment) => {
    const text = segmentText(segment, minute);
    minute += segment.minutes;
    return text;
  });
  return {
    series: `${metric}{${all.map(([name, value]) => `${name}="${value}"`).join(',')}}`,
    values: values.join(' '),
  };
}

function segmentText({ minutes, value }: Segment, start: number): string {
  // promtool's `_` alone would be no gap, since the lookback fills it. Prometheus writes one stale marker and then nothing.
  if (value === 'stale') return `stale${minutes > 1 ? ` _x${minutes - 1}` : ''}`;
  if (typeof value === 'number') return `${value}+0x${minutes - 1}`;
  if ('ago' in value) return `${start * 60 - value.ago}+60x${minutes - 1}`;
  if ('before' in value) return turned(value, minutes, start);
  const sign = value.perMinute < 0 ? '-' : '+';
  return `${value.from + start * value.perMinute}${sign}${Math.abs(value.perMinute)}x${minutes - 1}`;
}

function turned(
  value: { readonly before: number | null; readonly minutes: number; readonly after: number | null },
  minutes: number,
  start: number,
): string {
  const first = Math.min(Math.max(value.minutes - start, 0), minutes);
  const parts: readonly (readonly [number | null, number])[] = [
    [value.before, first],
    [value.after, minutes - first],
  ];
  return parts
    .filter(([, length]) => length > 0)
    .map(([each, length]) => segmentText({ minutes: length, value: each ?? 'stale' }, start))
    .join(' ');
}

function firing(rule: AlertRule): string {
  const { severity } = rule.labels;
  return `ALERTS{alertname="${rule.alert}",alertstate="firing",severity="${severity}"${ownLabels(rule)}}`;
}

function ownLabels({ labels: { severity, ...own } }: AlertRule): string {
  return Object.entries(own)
    .map(([label, value]) => `,${label}="${value}"`)
    .join('');
}

function title({ alert, labels: { severity, ...own } }: AlertRule): string {
  return [alert, ...Object.values(own)].join(' ');
}

function minutes(duration: string): number {
  const [, number = '', unit = ''] = /^(\d+)([mhd])$/.exec(duration) ?? [];
  return Number(number) * ({ h: 60, d: 1440 }[unit] ?? 1);
}
