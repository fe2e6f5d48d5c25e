/**
 * The steps of validation, so that the caller can pause between them: the transcript or database that is begun, or in which
 * something was thrown that is no error of a disk or of SQLite; and slices of work.
 */
export type Validation = Generator<{ readonly path: string; readonly error?: unknown } | undefined>;
