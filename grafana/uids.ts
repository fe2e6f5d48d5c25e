/** Fixed, since annotations of alerts and links between dashboards name them. */
export const SESSIONS_DASHBOARD_UID = 'openclaw-store-sessions';
