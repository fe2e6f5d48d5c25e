import type { ThresholdsConfigBuilder, ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';

/** A query. Double braces in the legend hold labels. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
  /** It is a limit, on a panel of lines: dashed, in this colour. */
  readonly limit?: string;
}

/** A link that keeps the time and the variables. It opens another dashboard for what was clicked. */
export interface Link {
  readonly title: string;
  readonly url: string;
}

interface Common {
  readonly title: string;
  /** What it shows, and when to worry. */
  readonly description: string;
  /** What stands in place of values when there are none. */
  readonly noValue: string;
  /** Of 24; panels without one share the rest of their line. */
  readonly width?: number;
}

interface Chart extends Common {
  /** One of Grafana's ids of units, from the SDK. */
  readonly unit: string;
  readonly queries: readonly Query[];
  readonly colours?: ThresholdsConfigBuilder;
  readonly links?: readonly Link[];
}

/** Numbers of this moment, large. */
export interface StatSpec extends Chart {
  readonly type: 'stat';
  readonly mappings?: ValueMapping[];
}

/** Horizontal bars of this moment. */
export interface BarsSpec extends Chart {
  readonly type: 'bars';
}

/** Lines over the time shown. With `colours` the steps are drawn as dashed lines. */
export interface LinesSpec extends Chart {
  readonly type: 'lines';
  readonly stacked?: boolean;
}

export interface Column {
  readonly title: string;
  /** One value for each row. It has the labels of the table and no others, so that Grafana can put the rows together. */
  readonly expr: string;
  readonly unit: string;
  readonly colours?: ThresholdsConfigBuilder;
  readonly mappings?: ValueMapping[];
  /** It stands before the labels. */
  readonly first?: boolean;
  /** For a query that only chooses the rows. */
  readonly hidden?: boolean;
}

export interface TableSpec extends Common {
  readonly type: 'table';
  /** Label to heading, in the order of the columns. Labels that are not named are not shown. */
  readonly labels: Readonly<Record<string, string>>;
  readonly columns: readonly Column[];
  /** Heading to what its cells open. */
  readonly links?: Readonly<Record<string, readonly Link[]>>;
  /** Heading of the column by which rows are sorted, the highest first. */
  readonly sortBy?: string;
}

export type PanelSpec = StatSpec | BarsSpec | LinesSpec | TableSpec;

/** Panels beside each other, all of one height. */
export interface Line {
  readonly height: number;
  readonly panels: readonly PanelSpec[];
}

/** A row of Grafana: a heading that folds the lines below it. */
export interface Row {
  readonly title: string;
  readonly lines: readonly Line[];
}
