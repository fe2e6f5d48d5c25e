/** OpenClaw's tiers of bindings, by the name that it gives a match, the strongest first. */
export const TIERS = [
  'binding.peer',
  'binding.peer.parent',
  'binding.peer.wildcard',
  'binding.guild+roles',
  'binding.guild',
  'binding.team',
  'binding.account',
  'binding.channel',
  'default',
] as const;

export type Tier = (typeof TIERS)[number];
