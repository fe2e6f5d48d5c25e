export interface SampleFile {
  /** Relative to the state directory, with slashes. */
  readonly path: string;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly writtenMs: number;
}
