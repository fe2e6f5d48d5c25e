import { isAbsolute } from 'node:path';
import { z } from 'zod';
import type { PathMapping } from '../openclaw/path-map.ts';
import { closest } from './closest.ts';
import { scheduleProblem } from './cron.ts';
import { parseDuration } from './duration.ts';

// A flag, an environment variable and a key of the config file all give text. Each type here reads one kind of text.
// Its message follows the origin and the text, as in `--scan.timeout: "soon" is no duration …`.

/** Not blank: an unset variable in a unit file becomes an empty one, and as a path that means the current folder. */
export const Text = z.string().refine((text) => text.trim() !== '', 'must not be empty');

export const Switch = z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true');

export const Count = z
  .string()
  .regex(/^\d{1,9}$/, 'must be a whole number of at least 0')
  .transform(Number);

export const AtLeastOne = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'must be a whole number of at least 1')
  .transform(Number);

/** Milliseconds, above 0. */
export const Duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== null && ms > 0) return ms;
  context.addIssue('is no duration such as 30s, 15m or 1h30m');
  return z.NEVER;
});

/** A cron expression, as text. */
export const Schedule = z.string().superRefine((text, context) => {
  const problem = scheduleProblem(text);
  if (problem !== null) context.addIssue(`is no schedule: ${problem}`);
});

/** An empty host means all addresses. */
export const ListenAddress = z.string().transform((text, context) => {
  const found = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(found?.[3]);
  if (found !== null && port <= 65_535) return { host: found[1] ?? found[2] ?? '', port };
  context.addIssue('is no address such as 127.0.0.1:10789, [::1]:10789 or :10789');
  return z.NEVER;
});

export const UrlPath = z.string().startsWith('/', 'must begin with a slash');

export const PathMap = z.string().transform((text, context): PathMapping => {
  const at = text.indexOf('=');
  if (at > 0 && isAbsolute(text.slice(at + 1))) return { from: text.slice(0, at), to: text.slice(at + 1) };
  context.addIssue('is not FROM=TO with an absolute TO');
  return z.NEVER;
});

/** A label that Prometheus takes: `__` in front is for its own. */
export const ConstantLabel = z.string().transform((text, context) => {
  const found = /^(?!__)([a-zA-Z_][a-zA-Z0-9_]*)=(.+)$/s.exec(text);
  if (found?.[1] !== undefined && found[2] !== undefined) return { name: found[1], value: found[2] };
  context.addIssue('is not NAME=VALUE with a NAME such as gateway');
  return z.NEVER;
});

export const LabelName = z.string().regex(/^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/, 'is no name of a label, as cluster');

/** It stands in queries and in templates. */
export const JobName = z
  .string()
  .regex(/^[^"\\{}\n]+$/, 'is no name of a job: it holds a quote, a brace or a backslash');

/** Alerts and pages show it to everybody. */
export const WebAddress = z
  .string()
  .regex(/^https?:\/\/[^\s"'{}]+$/, 'must be an address such as https://git.example.org/docs/runbooks')
  .regex(/^[^:]*:\/\/[^/@]*(?:\/|$)/, 'must not name a user or a password: everybody can read it');

export function oneOf<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, {
    error({ input }) {
      const meant = typeof input === 'string' ? closest(input, words) : null;
      return `must be one of ${words.join(', ')}${meant === null ? '' : ` (did you mean ${meant}?)`}`;
    },
  });
}
