/**
 * The ways in which a version of OpenClaw may read the bindings: one where all of its rules are known, several where they are
 * not.
 */
import { BINDING_CHANGES, has, routingVersions } from '../openclaw/versions.ts';

/** One way in which a version of OpenClaw may read the bindings: each rule that changed, on or off. */
export type RuleSet = Readonly<Record<RuleName, boolean>>;

type RuleName = keyof typeof BINDING_CHANGES;

const RULES = Object.keys(BINDING_CHANGES).filter((name): name is RuleName => name in BINDING_CHANGES);

/**
 * Every rule set that a version may have: several between two versions that are known, all for an unknown version
 * (null, or no version at all), none outside of what is known. The oldest comes first.
 */
export function possibleRules(version: string | null): RuleSet[] {
  return routingVersions(version).flatMap((at) => {
    let sets: Partial<RuleSet>[] = [{}];
    for (const rule of RULES) {
      const isOn = has(at, rule);
      const states = isOn === null ? [false, true] : [isOn];
      sets = states.flatMap((state) => sets.map((set) => ({ ...set, [rule]: state })));
    }
    return sets.filter(isComplete);
  });
}

function isComplete(set: Partial<RuleSet>): set is RuleSet {
  return RULES.every((rule) => set[rule] !== undefined);
}
