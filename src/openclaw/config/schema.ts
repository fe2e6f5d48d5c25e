import { z } from 'zod';
import { parseByteSize } from './byte-size.ts';
import { looseBlocks, type Part, refused, replaced } from './loose.ts';

/** The fields of `openclaw.json` that are used here, without the parts of the wrong shape. */
export type ConfigFile = z.output<ReturnType<typeof configSchema>>;

const REFUSES = configSchema(refused);
const REPLACES = configSchema(replaced);

/**
 * The content of `openclaw.json`, which must be an object. Another program writes it: a part of the wrong shape is as if
 * absent. `dropped` has the paths of such parts, and never a value, since ids are people.
 */
export function readConfigFile(content: object): { file: ConfigFile; dropped: readonly string[] } {
  const read = REFUSES.safeParse(content);
  if (read.success) return { file: read.data, dropped: [] };
  const paths = read.error.issues.map(({ path }) => path.join('.'));
  return { file: REPLACES.parse(content), dropped: [...new Set(paths)] };
}

/**
 * No fields but those that are used: credentials stand in the same file. `$include` and `${NAME}` were resolved before, in
 * `src/discover/config-file.ts`.
 */
function configSchema(part: Part) {
  const { field, list, entries } = looseBlocks(part);
  const word = z.string();
  /** An id or a name. OpenClaw takes a number as its text. */
  const text = z.union([z.string(), z.number()]).transform((value) => String(value).trim());
  const limit = field(z.number().positive());
  const tokens = field(z.number().nonnegative());
  const bytes = z.union([z.string(), z.number()]).transform(parseByteSize).pipe(z.number());

  const model = z.union([z.string(), z.object({ primary: field(word) }).transform(({ primary }) => primary ?? null)]);
  const agent = z.object({
    model: field(model),
    agentDir: field(word),
    workspace: field(word),
    default: field(z.boolean()),
    runtime: field(z.object({ type: field(word), acp: field(z.object({ agent: field(word) })) })),
  });
  const compaction = z.object({
    // No version knows another mode: `off` is refused too.
    mode: field(z.enum(['default', 'safeguard'])),
    provider: field(word),
    enabled: field(z.boolean()),
    reserveTokens: tokens,
    reserveTokensFloor: tokens,
  });
  const defaults = z.object({
    model: field(model),
    workspace: field(word),
    models: field(entries(z.object({ alias: field(word) }))),
    contextTokens: limit,
    compaction: field(compaction),
    contextPruning: field(z.object({ mode: field(z.enum(['off', 'cache-ttl'])) })),
    systemAgent: field(z.object({ agentId: field(text) })),
    sessionStore: field(z.object({ agentId: field(text) })),
  });
  const limits = { contextWindow: limit, contextTokens: limit };
  const provider = z.object({ ...limits, models: field(list(z.object({ id: z.string(), ...limits }))) });
  const maintenance = z.object({
    mode: field(z.enum(['warn', 'enforce'])),
    maxEntries: limit,
    maxDiskBytes: field(z.union([z.literal(false), bytes])),
  });

  // OpenClaw 2026.2.6-3 knows only `dm`, 2026.9.6 only `direct`, those between both.
  const peerKind = z
    .string()
    .transform((kind) => kind.trim().toLowerCase())
    .pipe(z.enum(['direct', 'dm', 'group', 'channel']));
  const noPeer = { kind: undefined, id: undefined };
  const peer = z.object({ kind: part(peerKind, undefined), id: part(text, undefined) });
  /** An empty text counts as absent in every version. Blanks do not: they match nothing, as does a wrong shape. */
  const place = part(z.union([z.literal('').transform(() => null), text]).nullish(), '');
  const match = z
    .object({
      channel: part(word, undefined),
      accountId: field(text),
      peer: part(peer.nullish(), noPeer),
      guildId: place,
      teamId: place,
      roles: field(list(text)),
    })
    // A constraint that is not known here is noted: without it, the binding would seem to match more.
    .catchall(part(z.never(), undefined));
  const binding = z.object({
    agentId: part(text, undefined),
    type: field(text),
    session: z.unknown().optional(),
    match: part(match, undefined),
  });

  const participants = z.union([
    list(text).transform((agents) => ({ agents, isList: true })),
    z.object({ agents: list(text) }).transform(({ agents }) => ({ agents, isList: false })),
  ]);
  const broadcast = z
    .record(z.string(), z.unknown())
    .transform(({ strategy: _, ...peers }) => peers)
    .pipe(entries(participants));

  const groups = field(entries(z.object({ topics: field(entries(z.object({ agentId: field(text) }))) })));
  const telegram = z.object({ groups, direct: groups });
  const guilds = field(entries(z.object({ slug: field(text) })));
  const channel = z.object({ enabled: field(z.boolean()) });
  const channels = z
    .object({
      telegram: field(channel.extend({ ...telegram.shape, accounts: field(entries(telegram)) })),
      discord: field(channel.extend({ guilds, accounts: field(entries(z.object({ guilds }))) })),
    })
    .catchall(field(channel));

  return z.object({
    meta: field(z.object({ lastTouchedVersion: field(word) })),
    env: field(
      z.object({
        vars: field(entries(z.string())),
        ANTHROPIC_API_KEY: field(word),
        ANTHROPIC_OAUTH_TOKEN: field(word),
      }),
    ),
    // Who may ask which provider; the credentials themselves are elsewhere.
    auth: field(
      z.object({
        profiles: field(entries(z.object({ provider: field(word), mode: field(word) }))),
        order: field(entries(list(z.string()))),
      }),
    ),
    acp: field(z.object({ defaultAgent: field(word), allowedAgents: field(list(word)) })),
    models: field(z.object({ providers: field(entries(provider)) })),
    agents: field(
      z.object({
        defaults: field(defaults),
        list: field(list(agent.extend({ id: z.union([z.string(), z.number()]) }))),
        // 2026.8.1 and later: a map instead of a list.
        entries: field(entries(agent)),
        ownership: field(text),
      }),
    ),
    bindings: field(z.array(part(binding, undefined))),
    broadcast: field(broadcast),
    channels: field(channels),
    session: field(
      z.object({
        store: field(word),
        maintenance: field(maintenance),
        dmScope: field(text),
        groupScope: field(text),
        identityLinks: field(entries(list(text))),
      }),
    ),
  });
}
