import { z } from 'zod';

/** How a schema takes a part of the wrong shape: it puts `wrong` in its place, or it fails and names the path. */
export type Part = <T, W>(schema: z.ZodType<T>, wrong: W) => z.ZodType<T | W>;

/** Puts `wrong` in the place of a part of the wrong shape. */
export function replaced<T, W>(schema: z.ZodType<T>, wrong: W): z.ZodType<T | W> {
  const wide: z.ZodType<T | W> = schema;
  return wide.catch(wrong);
}

/** Fails at a part of the wrong shape. */
export function refused<T, W>(schema: z.ZodType<T>, _wrong: W): z.ZodType<T | W> {
  return schema;
}

/** The building blocks of a schema of another program's file: each part of it may be absent or null. */
export function looseBlocks(part: Part) {
  function field<T>(schema: z.ZodType<T>): z.ZodType<T | null | undefined> {
    return part(schema.nullish(), undefined);
  }

  /** An array without the elements that are null or of the wrong shape. */
  function list<T>(element: z.ZodType<T>) {
    return z
      .array(field(element))
      .transform((items) => items.flatMap((item) => (item === null || item === undefined ? [] : [item])));
  }

  /** The keys of an object and what each holds. Paths have `*` for such a key, since it may be the id of a person. */
  function entries<T>(value: z.ZodType<T>) {
    const held = field(value);
    return z.record(z.string(), z.unknown()).transform((record, context) =>
      Object.entries(record).map(([key, written]) => {
        const read = held.safeParse(written);
        for (const { path } of read.error?.issues ?? []) context.addIssue({ code: 'custom', path: ['*', ...path] });
        return { key, value: read.data ?? null };
      }),
    );
  }

  return { field, list, entries };
}
