/** Fixed, since alert annotations and links between dashboards name them. */
export const SESSIONS_DASHBOARD_UID = 'openclaw-store-sessions';
