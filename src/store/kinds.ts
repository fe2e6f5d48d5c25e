/** What a session is for, from its key first and then from its stored chat type (`src/openclaw/keys.ts` decides). */
export const KINDS = ['main', 'dm', 'group', 'cron', 'subagent', 'hook', 'acp', 'other'] as const;

export type Kind = (typeof KINDS)[number];
