import { BLIND_PROBLEMS } from '../src/model/problem.ts';
import { AGE_SECONDS, ALERT_THRESHOLDS, FOR_SECONDS, inWords } from '../src/thresholds.ts';
import { lastKnown, promDuration } from './expressions.ts';
import { type AlertRule, alertRule } from './rule.ts';

// No rule asks whether OpenClaw runs: the exporter is there for a gateway that is down or half upgraded, too.
const AGENT = 'agent {{ $labels.agent }} on {{ $labels.instance }}';
const BYTES = 'openclaw_store_bytes';

const BLIND = BLIND_PROBLEMS.join('|');

/** What is wrong with the state directory, with a whole store, or with the config. */
export function storeRules(): AlertRule[] {
  return [
    alertRule({
      name: 'OpenClawStoreMissing',
      severity: 'critical',
      expr: 'openclaw_store_state_readable == 0 or openclaw_store_agents == 0',
      summary: 'The state directory of OpenClaw is missing, or holds no agent.',
      description:
        'The exporter on {{ $labels.instance }} cannot read the state directory of OpenClaw, or finds no agent in it. ' +
        'Nothing of OpenClaw is watched there. First, as the user of the exporter: ls -ld ~/.openclaw ~/.openclaw/agents.',
      dashboardVariables: ['instance'],
    }),
    alertRule({
      name: 'OpenClawStoreProblem',
      severity: 'critical',
      // Each reason that does not make us blind counts, so a new one cannot be forgotten. An unreadable store always has a
      // reason. Should it have none, the second half fires without one.
      expr: [
        `openclaw_store_problem{reason!~"${BLIND}"} > 0`,
        'or (',
        '  openclaw_store_readable == 0',
        '    unless ignoring (reason) openclaw_store_problem > 0',
        ')',
      ].join('\n'),
      summary: 'The session store of an agent is damaged, gone, or refused by the gateway.',
      description:
        `The store of ${AGENT} has a problem: {{ or $labels.reason "unreadable, reason unknown" }}. ` +
        '{{ if eq $labels.reason "schema_outdated" }}The gateway serves none of its sessions until the database is migrated. ' +
        'First: stop the gateway, copy its state directory, and run openclaw doctor --fix{{ else }}Its sessions ' +
        'raise no other alert. The next write of OpenClaw may replace what is left. First: stop the gateway and copy its ' +
        'state directory{{ end }}.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule({
      name: 'OpenClawStoreBlind',
      severity: 'warning',
      expr: `openclaw_store_problem{reason=~"${BLIND}"} > 0`,
      forSeconds: FOR_SECONDS.edit,
      summary: 'The exporter cannot see the whole store of an agent.',
      description:
        `The store of ${AGENT} works, but the exporter does not see all of it: {{ $labels.reason }}. The runbook says ` +
        'what to do for each reason. First: openclaw-store-exporter scan --agent {{ $labels.agent }}, as the user of the exporter.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule({
      name: 'OpenClawMigrationUnfinished',
      severity: 'warning',
      expr: [
        `${lastKnown('openclaw_store_unimported_sessions')} > 0`,
        `or max without (layout, schema, version) (${lastKnown('openclaw_store_info{layout="migrating"}')}) > 0`,
      ].join('\n'),
      forSeconds: FOR_SECONDS.upgrade,
      summary: 'The upgrade of a store to SQLite is not finished.',
      description:
        `For ${inWords(FOR_SECONDS.upgrade)} the old index of ${AGENT} has held sessions beside the database. OpenClaw 2026.8.1 ` +
        'and later does not see them. First: openclaw doctor --session-sqlite inspect.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule({
      name: 'OpenClawLockStale',
      severity: 'warning',
      expr: 'openclaw_store_locks{state="stale"} > 0',
      forSeconds: FOR_SECONDS.edit,
      summary: 'A lock file of a store is stale.',
      description:
        `Stale lock files of ${AGENT}: {{ $value }}. The processes that made them crashed or hang. Other processes may wait for these locks. ` +
        `First: find ~/.openclaw/agents/{{ $labels.agent }}/sessions -name "*.lock" -mmin +${AGE_SECONDS.transcriptLock / 60}.`,
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule({
      name: 'OpenClawConfigInvalid',
      severity: 'warning',
      expr: 'openclaw_store_config_valid == 0',
      forSeconds: FOR_SECONDS.edit,
      summary: 'The config of OpenClaw cannot be read or is not valid.',
      description:
        'The exporter on {{ $labels.instance }} cannot use the config of OpenClaw. So windows, agents and bindings ' +
        'may be wrong, and a restart of the gateway may fail. First: openclaw doctor.',
      dashboardVariables: ['instance'],
    }),
  ];
}

/** Stores and files that grow too large. */
export function sizeRules(): AlertRule[] {
  const leftovers = `${BYTES}{class=~"checkpoint|trajectory|temporary"}`;
  const growth = ALERT_THRESHOLDS.leftovers;
  const ratio = ALERT_THRESHOLDS.maintenancePercent / 100;
  return [
    alertRule({
      name: 'OpenClawIndexLarge',
      severity: 'warning',
      expr: `${BYTES}{class="index"} > ${ALERT_THRESHOLDS.indexBytes}`,
      forSeconds: FOR_SECONDS.edit,
      summary: 'The index of an agent is large.',
      description:
        `The index of ${AGENT} has {{ $value | humanize1024 }}B. OpenClaw parses and writes all of it with every message. ` +
        'First: openclaw sessions cleanup --dry-run --agent {{ $labels.agent }}.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule({
      name: 'OpenClawWalLarge',
      severity: 'warning',
      expr: `${BYTES}{class="wal"} > ${ALERT_THRESHOLDS.walBytes}`,
      forSeconds: FOR_SECONDS.edit,
      summary: 'The write-ahead log of a database is large.',
      description:
        `The write-ahead log of ${AGENT} has {{ $value | humanize1024 }}B. A process holds the database open and keeps ` +
        'OpenClaw from recycling the log. First: fuser -v on openclaw-agent.sqlite of that agent.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule({
      name: 'OpenClawStoreNearBudget',
      severity: 'warning',
      // OpenClaw counts the database, its log and the folder of sessions.
      expr: `sum without (class) (${BYTES}{class!="import_archive"})\n> ${ratio} * openclaw_store_config_maintenance_limit_bytes`,
      forSeconds: FOR_SECONDS.work,
      summary: 'A store is near its limit of bytes.',
      description:
        `The store of ${AGENT} has {{ $value | humanize1024 }}B, more than ${ALERT_THRESHOLDS.maintenancePercent} % of ` +
        'its limit. Above the limit OpenClaw removes the oldest sessions. First: openclaw sessions cleanup --dry-run --agent {{ $labels.agent }}.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule({
      name: 'OpenClawSessionsNearCap',
      severity: 'warning',
      expr: `sum without (kind) (openclaw_store_sessions)\n> ${ratio} * openclaw_store_config_maintenance_limit_entries`,
      forSeconds: FOR_SECONDS.work,
      summary: 'An agent is near its limit of sessions.',
      description:
        `Sessions of ${AGENT}: {{ $value }}, more than ${ALERT_THRESHOLDS.maintenancePercent} % of its limit. ` +
        'Above the limit OpenClaw removes the oldest sessions (2026.9.2 and later archive them). First: openclaw sessions cleanup --dry-run --agent {{ $labels.agent }}.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule({
      name: 'OpenClawLeftoversGrowing',
      severity: 'warning',
      // Each class is compared with its own lowest value, since a class without files has no series.
      expr: `sum without (class) (${leftovers} - min_over_time(${leftovers}[${promDuration(growth.seconds)}])) > ${growth.bytes}`,
      summary: 'Leftover files of an agent grow fast.',
      description:
        `Checkpoints, trajectories and temporary files of ${AGENT} grew by {{ $value | humanize }}B within ${inWords(growth.seconds)}. ` +
        'Nothing removes them before the disk is full. First: du -ah ~/.openclaw/agents/{{ $labels.agent }} | sort -h | tail.',
      dashboardVariables: ['instance', 'agent'],
    }),
  ];
}

/** One rule for each setting that keeps sessions small. */
export function preventionRules(): AlertRule[] {
  const rule = (setting: string, expr: string, what: string) =>
    alertRule({
      name: 'OpenClawPreventionMissing',
      severity: 'info',
      labels: { setting },
      expr,
      forSeconds: FOR_SECONDS.work,
      summary: 'A setting that keeps sessions small is missing.',
      description: `Agent {{ $labels.agent }} on {{ $labels.instance }} ${what}`,
      dashboardVariables: ['instance', 'agent'],
    });
  // OpenClaw 2026.8.1 and later drop the default limit and the keys of the reserve when they load the config.
  const isFile = 'max without (layout, schema, version) (openclaw_store_info{layout="file"}) == 1';
  return [
    rule(
      'context_limit',
      [isFile, 'and openclaw_store_readable == 1', 'unless openclaw_store_config_context_limit_tokens'].join('\n'),
      'has no hard limit of its context: agents.defaults.contextTokens is not set.',
    ),
    rule(
      'pruning',
      'openclaw_store_config_context_pruning == 0',
      'does not prune its context: agents.defaults.contextPruning.mode is off.',
    ),
    rule(
      'compaction',
      'max without (mode) (openclaw_store_config_compaction_info{mode="off"}) == 1',
      'does not compact its sessions by itself: agents.defaults.compaction.enabled is false.',
    ),
    rule(
      'compaction_reserve',
      `openclaw_store_config_compaction_reserve_tokens < ${ALERT_THRESHOLDS.compactionReserveTokens}\nand ${isFile}`,
      'keeps a compaction reserve of {{ $value | humanize }} tokens, ' +
        `less than ${ALERT_THRESHOLDS.compactionReserveTokens}: see agents.defaults.compaction.reserveTokensFloor.`,
    ),
  ];
}
