import JSON5 from 'json5';
import { configView, type OpenClawConfig } from '../../src/openclaw/config.ts';

/** What is used of a config, from its text alone. */
export function parseConfig(text: string): OpenClawConfig {
  return configView(JSON5.parse(text));
}
