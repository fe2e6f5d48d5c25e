import { prepareNeedsLastUsage } from '../classify.ts';
import type { Discovery } from '../discover/discover.ts';
import type { NeedsLastUsage } from '../model/session.ts';
import { normalizeAgentId } from '../openclaw/agent-id.ts';
import type { OpenClawConfig } from '../openclaw/config/view.ts';
import { labelContext, SessionLabels } from '../openclaw/labels.ts';
import type { Terms } from '../publish/known-sessions.ts';
import { applyPolicy } from '../settings/policy.ts';
import { areSame } from '../unchanged.ts';
import type { ScanSettings } from './messages.ts';

/** By what the sessions of a scan are read, judged and named. */
export interface ScanTerms extends Terms {
  /** What they were made from. */
  readonly from: readonly unknown[];
  readonly needsLastUsage: NeedsLastUsage;
}

/** The terms of a scan: those of before where they would be made from the same. */
export function scanTerms(settings: ScanSettings, discovery: Discovery, before: ScanTerms | undefined): ScanTerms {
  const { config, registryVersion } = discovery;
  const agents = discovery.agents.map(({ agent }) => agent);
  const from = [settings, config, registryVersion, ...agents];
  if (before !== undefined && areSame(before.from, from)) return before;
  const labels = labelContext(settings.salt, [...agents, ...boundAgents(config)], config.channels);
  const sessionLabels = new SessionLabels(labels);
  const policy = applyPolicy(settings.policy, (key) => sessionLabels.of(key));
  const needsLastUsage = prepareNeedsLastUsage({ config, version: registryVersion, thresholdsOf: policy.thresholdsOf });
  return { from, config, registryVersion, labels, sessionLabels, policy, needsLastUsage };
}

/** Where no agents are listed, OpenClaw takes the name in a binding as it is. */
function boundAgents({ routing }: OpenClawConfig): string[] {
  return (routing?.bindings ?? []).map(({ agentId }) => normalizeAgentId(agentId));
}
