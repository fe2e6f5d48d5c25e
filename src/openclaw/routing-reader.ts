import { z } from 'zod';
import { isObject } from '../is-object.ts';

/** An id or a name; OpenClaw takes numbers as their text. */
export const Text = z.union([z.string(), z.number(), z.bigint()]).transform((value) => String(value).trim());
export const List = z.array(z.unknown());
export const Fields = z.custom<Record<string, unknown>>(isObject);

export type Read = <T>(schema: z.ZodType<T>, value: unknown, path: string) => T | undefined;

/** Reads one value; what is absent is undefined, what is of the wrong type too, but it is noted. */
export function readerInto(dropped: Set<string>): Read {
  return (schema, value, path) => {
    if (value === undefined || value === null) return undefined;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    dropped.add(path);
    return undefined;
  };
}

/** Entries that are objects themselves. */
export function entriesOf(value: unknown, path: string, read: Read): [string, Record<string, unknown>][] {
  return Object.entries(read(Fields, value, path) ?? {}).flatMap(([key, entry]) => {
    const fields = read(Fields, entry, path);
    return fields === undefined ? [] : [[key, fields] satisfies [string, Record<string, unknown>]];
  });
}
