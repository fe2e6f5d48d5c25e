/** Channels of OpenClaw's own packages, 2026.1 to 2026.9. Another channel can choose agents by rules of its own. */
export const OWN_CHANNELS: readonly string[] = [
  'a2a',
  'bluebubbles',
  'buzz',
  'clickclack',
  'discord',
  'feishu',
  'googlechat',
  'imessage',
  'irc',
  'line',
  'matrix',
  'mattermost',
  'msteams',
  'nextcloud-talk',
  'nostr',
  'qqbot',
  'raft',
  'reef',
  'signal',
  'slack',
  'sms',
  'synology-chat',
  'telegram',
  'tlon',
  'twitch',
  'voice-call',
  'webchat',
  'whatsapp',
  'zalo',
  'zalouser',
];

/** Channels of others that are known by name. Those that were looked at hand over nothing but the peer and the account. */
const FOREIGN_CHANNELS: readonly string[] = [
  'dingtalk',
  'openclaw-weixin',
  'openclaw-zaloclawbot',
  'wechat',
  'wecom',
  'yuanbao',
];

/** Only these names, and those of the config, are taken for a channel and shown in a label. */
export const CHANNELS: readonly string[] = [...OWN_CHANNELS, ...FOREIGN_CHANNELS];
