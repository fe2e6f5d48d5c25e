import { validateHeaderValue } from 'node:http';
import { z } from 'zod';
import { costOf } from '../http/basic-auth.ts';
import { CLIENT_AUTH_TYPES } from '../http/tls.ts';
import { isObject } from '../is-object.ts';
import { parseDuration } from './duration.ts';
import { oneOf } from './value-types.ts';
import { CIPHERS, CURVES, VERSIONS } from './web-config-tls.ts';

/** A key without a value is one that is not there, as in Go. */
function optional<Type extends z.ZodType>(type: Type) {
  return type.nullish().transform((value) => value ?? null);
}

const Text = optional(z.string('must be a text').transform((text) => (text.trim() === '' ? null : text)));
/** YAML 1.1, which Go reads, has more words for them. */
const BOOLEANS: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [true, true],
  ['yes', true],
  ['on', true],
  [false, false],
  ['no', false],
  ['off', false],
]);
const Switch = optional(
  z.unknown().transform((value, context) => {
    const meant = BOOLEANS.get(value);
    if (meant === undefined) context.addIssue('must be true or false');
    return meant ?? z.NEVER;
  }),
);

function listOf<Type extends z.ZodType>(type: Type) {
  return z.array(type, 'must be a list');
}

const TlsServerConfig = z.strictObject({
  cert_file: Text,
  key_file: Text,
  cert: Text,
  key: Text,
  client_auth_type: optional(
    z
      .enum([...CLIENT_AUTH_TYPES, ''], `must be one of ${CLIENT_AUTH_TYPES.join(', ')}`)
      .transform((word) => word || null),
  ),
  client_ca_file: Text,
  client_ca: Text,
  client_allowed_sans: optional(
    listOf(z.string('must be a text')).min(1, 'must name somebody: nobody would be let in'),
  ),
  min_version: optional(oneOf(keysOf(VERSIONS))),
  max_version: optional(oneOf(keysOf(VERSIONS))),
  cipher_suites: optional(listOf(oneOf(keysOf(CIPHERS)))),
  prefer_server_cipher_suites: Switch,
  curve_preferences: optional(listOf(oneOf(keysOf(CURVES)))),
});
export type TlsServerConfig = z.infer<typeof TlsServerConfig>;

/** Empty: the header is not sent. */
function header(name: string, words: readonly string[] = []) {
  return optional(
    // As in `X-XSS-Protection: 0`.
    z.union([z.string(), z.number().transform(String)], 'must be a text').superRefine((text, context) => {
      if (text === '') return;
      if (words.length > 0 && !words.includes(text)) context.addIssue(`must be ${words.join(' or ')}`);
      try {
        validateHeaderValue(name, text);
      } catch {
        context.addIssue('holds a character that no header can have, as a line break');
      }
    }),
  );
}

const Headers = z.strictObject({
  'Content-Security-Policy': header('Content-Security-Policy'),
  'Strict-Transport-Security': header('Strict-Transport-Security'),
  'X-Content-Type-Options': header('X-Content-Type-Options', ['nosniff']),
  'X-Frame-Options': header('X-Frame-Options', ['deny', 'sameorigin']),
  'X-XSS-Protection': header('X-XSS-Protection'),
});

const HttpServerConfig = z.strictObject({
  http2: Switch,
  headers: optional(Headers.transform(given)),
});

/** Those with a value. */
function given(headers: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

/** As htpasswd writes it. Its first part says how, and the cost; then 22 characters of salt and 31 of the hash, each of 6 bits. */
const BCRYPT = /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31}$/;

/** Read by hand: a record of zod would leave out a user called `__proto__`. */
const Users = z.unknown().transform((value, context): ReadonlyMap<string, string> => {
  if (value === undefined || value === null) return new Map();
  if (!isObject(value)) {
    context.addIssue('must hold names of users with the bcrypt hashes of their passwords, a space behind each colon');
    return z.NEVER;
  }
  const users = new Map<string, string>();
  for (const [user, hash] of Object.entries(value)) {
    const problem = problemOfUser(user, hash);
    if (problem !== null) context.addIssue({ code: 'custom', path: [user], message: problem });
    users.set(user, String(hash));
  }
  return users;
});

/** A password with a higher cost takes seconds to compare, and others wait for it. */
export const HIGH_COST = 14;
/** A comparison takes some seconds at it, and cannot be ended; each step doubles that, up to days. */
const HIGHEST_COST = 16;

function problemOfUser(user: string, hash: unknown): string | null {
  if (user.includes(':')) return 'is no name of a user: clients end it at the colon';
  if (typeof hash === 'string' && BCRYPT.test(hash)) {
    if (costOf(hash) <= HIGHEST_COST) return null;
    return `has a bcrypt cost above ${HIGHEST_COST}: whoever tries a password would keep all others waiting for minutes. Make its hash anew with a cost of 10 or 12`;
  }
  const nameless = user === '' ? 'has no name of a user in front of its colon, and ' : '';
  return `${nameless}is no bcrypt hash: make one with htpasswd -nBC 10 "" | tr -d ':\\n', and put it in single quotes`;
}

const RateLimitConfig = z
  .strictObject({
    interval: optional(
      z
        .union([z.string(), z.literal(0).transform(() => '0s')], 'must be a duration such as 500ms or 1s')
        .transform((text, context) => {
          const ms = parseDuration(text);
          if (ms === null) context.addIssue('is no duration such as 500ms or 1s');
          return ms ?? z.NEVER;
        }),
    ),
    burst: optional(z.int('must be a whole number').min(0, 'must be at least 0')),
  })
  .transform(({ interval, burst }, context) => {
    if (interval === null || interval === 0) return null;
    if (burst !== null && burst > 0) return { intervalMs: interval, burst };
    context.addIssue({ code: 'custom', path: ['burst'], message: 'must be at least 1: no request would be answered' });
    return z.NEVER;
  });

export const WebConfigContent = z.strictObject({
  tls_server_config: optional(TlsServerConfig),
  http_server_config: optional(HttpServerConfig),
  basic_auth_users: Users.optional().transform((users) => users ?? new Map<string, string>()),
  rate_limit: optional(RateLimitConfig),
});
export type WebConfigContent = z.infer<typeof WebConfigContent>;

function keysOf<Name extends string>(table: Readonly<Record<Name, unknown>>): Name[] {
  const isName = (text: string): text is Name => text in table;
  return Object.keys(table).filter(isName);
}
