export { SESSIONS_DASHBOARD_UID } from '../src/rules/rule.ts';
