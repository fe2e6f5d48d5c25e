/** What the page that draws is given: the dashboard as it is committed, and what Prometheus said to each of its queries. */
export interface Picture {
  readonly panels: readonly Panel[];
  /** By id of the panel, then by refId of the query. */
  readonly results: Readonly<Record<number, Readonly<Record<string, Result>>>>;
  /** Milliseconds since the epoch. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  /** In pixels. */
  readonly width: number;
}

/** A panel of the dashboard's JSON, as far as it is used here. */
export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  // biome-ignore lint/suspicious/noExplicitAny: handed on to Grafana's own code as it is
  readonly fieldConfig?: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly options?: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly transformations?: any[];
  readonly targets?: readonly Target[];
}

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat?: string;
  readonly format?: string;
  readonly instant?: boolean;
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

/** Of an instant query each series has one value. */
export type Result = readonly Series[];
