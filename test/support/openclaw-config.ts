import JSON5 from 'json5';
import type { RoutingConfig } from '../../src/openclaw/config/routing.ts';
import { configView, type OpenClawConfig } from '../../src/openclaw/config/view.ts';

/** What is used of a config, from its text alone. */
export function parseConfig(text: string): OpenClawConfig {
  return configView(JSON5.parse(text));
}

/** What a config says about routing; throws where that is not known. */
export function routingOf(content: object): RoutingConfig {
  const { routing, dropped } = configView(content);
  if (routing === null) throw new Error(`no routing without ${dropped.join(', ')}`);
  return routing;
}
