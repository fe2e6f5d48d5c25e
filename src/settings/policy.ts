import { z } from 'zod';
import { FINDINGS } from '../model/finding.ts';
import { KINDS, type Kind } from '../openclaw/keys.ts';
import { SHIPPED_THRESHOLDS, type Thresholds } from '../thresholds.ts';
import { type Flaw, parseContent } from './content.ts';
import { glob } from './glob.ts';
import { oneOf } from './value-types.ts';

/** What an operator decides about sessions: in the YAML file only, since a flag cannot hold a list. Plain data. */
export interface Policy {
  readonly thresholds: readonly ThresholdRule[];
  readonly ignore: readonly IgnoreRule[];
}

export const NO_POLICY: Policy = { thresholds: [], ignore: [] };

const Amount = z.number().positive('must be above 0');

/** Longer than any key that OpenClaw makes. */
const LONGEST_PATTERN = 1000;

/** `*` stands for any text, none too. */
const Pattern = z
  .string()
  .min(1, 'must not be empty')
  .max(LONGEST_PATTERN, `is longer than ${LONGEST_PATTERN} characters: use * for the parts that differ`);

const ThresholdRuleSchema = z
  .strictObject({
    kind: oneOf(KINDS).optional(),
    agent: Pattern.optional(),
    session: Pattern.optional(),
    tokens: z.strictObject({ warning: Amount.optional(), critical: Amount.optional() }).optional(),
    transcript_bytes: z.strictObject({ warning: Amount }).optional(),
  })
  .refine(({ tokens, transcript_bytes }) => tokens !== undefined || transcript_bytes !== undefined, {
    error: 'says neither tokens nor transcript_bytes',
  })
  .refine(({ tokens }) => tokens === undefined || tokens.warning !== undefined || tokens.critical !== undefined, {
    error: 'says neither warning nor critical',
    path: ['tokens'],
  })
  .refine(({ tokens }) => (tokens?.warning ?? 0) <= (tokens?.critical ?? Number.POSITIVE_INFINITY), {
    error: 'has its warning above its critical one',
    path: ['tokens'],
  });

const IgnoreRuleSchema = z
  .strictObject({
    agent: Pattern.optional(),
    session: Pattern.optional(),
    findings: z
      .array(oneOf(FINDINGS), `must be a list of findings: ${FINDINGS.join(', ')}`)
      .min(1, `must name a finding: ${FINDINGS.join(', ')}`),
  })
  .refine(({ agent, session }) => agent !== undefined || session !== undefined, {
    // To look for nothing of a kind there is --no-check: it does not count what it hides.
    error: 'names neither agent nor session',
  });

const PolicySchema = z.strictObject({
  thresholds: z.array(ThresholdRuleSchema, 'must be a list').default([]),
  ignore: z.array(IgnoreRuleSchema, 'must be a list').default([]),
});

type ThresholdRule = z.infer<typeof ThresholdRuleSchema>;
type IgnoreRule = z.infer<typeof IgnoreRuleSchema>;

/** The keys of the YAML file that are no flags. */
export const POLICY_KEYS = Object.keys(PolicySchema.shape);

/** Reads them, and says all that is wrong with them: then there is no policy. */
export function parsePolicy(content: Readonly<Record<string, unknown>>): {
  readonly policy: Policy;
  readonly flaws: readonly Flaw[];
} {
  const { data, flaws } = parseContent(PolicySchema, content);
  return { policy: data ?? NO_POLICY, flaws };
}

/** A session as rules speak of it. */
export interface Subject {
  readonly agent: string;
  readonly kind: Kind;
  readonly key: string;
}

export type AppliedPolicy = ReturnType<typeof applyPolicy>;

/** The rules, ready to be asked often. `labelOf` gives the private label of a key: patterns may be written for either. */
export function applyPolicy(policy: Policy, labelOf: (key: string) => string) {
  const thresholds = policy.thresholds.map((rule) => ({ rule, matches: matcher(rule, labelOf) }));
  const ignore = policy.ignore.map((rule) => ({ rule, matches: matcher(rule, labelOf) }));
  return {
    /** Of the rules that match, the first one that names a number decides it. */
    thresholdsOf(subject: Subject): Thresholds {
      if (thresholds.length === 0) return SHIPPED_THRESHOLDS[subject.kind];
      return firstOf(
        thresholds.filter(({ matches }) => matches(subject)).map(({ rule }) => rule),
        SHIPPED_THRESHOLDS[subject.kind],
      );
    },
    isIgnored: (subject: Subject, finding: string): boolean =>
      ignore.some(({ rule, matches }) => rule.findings.some((each) => each === finding) && matches(subject)),
  };
}

/** What holds for a kind as a whole: of the rules that speak of every agent and session. */
export function kindThresholds({ thresholds }: Policy, kind: Kind): Thresholds {
  const general = thresholds.filter((rule) => rule.agent === undefined && rule.session === undefined);
  return firstOf(
    general.filter((rule) => rule.kind === undefined || rule.kind === kind),
    SHIPPED_THRESHOLDS[kind],
  );
}

function firstOf(rules: readonly ThresholdRule[], shipped: Thresholds): Thresholds {
  const first = (value: (rule: ThresholdRule) => number | undefined) =>
    rules.map(value).find((number) => number !== undefined);
  return {
    tokens: {
      warning: first(({ tokens }) => tokens?.warning) ?? shipped.tokens.warning,
      critical: first(({ tokens }) => tokens?.critical) ?? shipped.tokens.critical,
    },
    transcriptBytes: {
      warning: first(({ transcript_bytes }) => transcript_bytes?.warning) ?? shipped.transcriptBytes.warning,
    },
  };
}

function matcher(
  { agent, session, kind }: { agent?: string | undefined; session?: string | undefined; kind?: Kind | undefined },
  labelOf: (key: string) => string,
): (subject: Subject) => boolean {
  const agentPattern = agent === undefined ? null : glob(agent);
  const sessionPattern = session === undefined ? null : glob(session);
  return (subject) =>
    (kind === undefined || kind === subject.kind) &&
    (agentPattern === null || agentPattern(subject.agent)) &&
    (sessionPattern === null || sessionPattern(subject.key) || sessionPattern(labelOf(subject.key)));
}
