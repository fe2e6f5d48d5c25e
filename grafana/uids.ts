export { DASHBOARD_UIDS } from '../src/rules/rule.ts';
