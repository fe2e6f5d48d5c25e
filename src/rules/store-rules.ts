import { BLIND_PROBLEMS } from '../model/problem.ts';
import { patternOfVersionsWithout } from '../openclaw/versions.ts';
import { ALERT_THRESHOLDS, FOR_SECONDS, inWords, KEEP_FIRING_SECONDS } from '../thresholds.ts';
import { highest, last, lowest, promDuration, promSteps, worst } from './expressions.ts';
import { type AlertRule, alertRule, type RuleOptions } from './rule.ts';

// No rule asks whether OpenClaw runs: the exporter is there for a gateway that is down or half upgraded, too.
const AGENT = 'agent {{ $labels.agent }} on {{ $labels.instance }}';
const BYTES = 'openclaw_store_bytes';
const FILES = 'openclaw_store_files';
const PROBLEM = 'openclaw_store_problem';

const BLIND = BLIND_PROBLEMS.join('|');

/** Of a store as a whole the reasons may change while the alert fires, so they stand here and in no label. */
function reasons(options: RuleOptions, matcher: string): string {
  return worst(options, {
    intro: 'Now',
    labels: ['agent'],
    query: `${PROBLEM}{${matcher},%[1]s} > 0`,
    item: '{{ $one.Labels.reason }}',
  });
}

/** What is wrong with the state directory, with a whole store, or with the config. */
export function storeRules(options: RuleOptions): AlertRule[] {
  return [
    alertRule(options, {
      name: 'OpenClawStoreMissing',
      severity: 'critical',
      expr: `${lowest('openclaw_store_state_readable')} == 0 or ${lowest('openclaw_store_agents')} == 0`,
      summary: 'The state directory of OpenClaw is missing, or holds no agent.',
      description:
        'The exporter on {{ $labels.instance }} cannot read the state directory of OpenClaw, or finds no agent in it. ' +
        'Nothing of OpenClaw is watched there. First, as the user of the exporter: ls -ld ~/.openclaw ~/.openclaw/agents.',
      dashboardVariables: ['instance'],
    }),
    alertRule(options, {
      name: 'OpenClawStoreProblem',
      severity: 'critical',
      // Each reason that does not make us blind counts, so a new one cannot be forgotten. An unreadable store always has a
      // reason. Should it have none, the second half fires.
      expr: [
        `max without (reason) (${highest(`${PROBLEM}{reason!~"${BLIND}"}`)}) > 0`,
        'or (',
        `  ${lowest('openclaw_store_readable')} == 0`,
        `    unless max without (reason) (${highest(PROBLEM)}) > 0`,
        ')',
      ].join('\n'),
      summary: 'The session store of an agent is damaged, gone, or refused by the gateway.',
      description:
        `The store of ${AGENT} has a problem.${reasons(options, `reason!~"${BLIND}"`)} Its sessions raise no other alert, ` +
        'and the next write of OpenClaw may replace what is left. First: stop the gateway and copy its state directory. ' +
        'The runbook says what to do for each reason.',
      dashboardVariables: ['instance', 'agent'],
    }),
    indexLost(options),
    alertRule(options, {
      name: 'OpenClawStoreBlind',
      severity: 'warning',
      expr: `max without (reason) (${highest(`${PROBLEM}{reason=~"${BLIND}"}`)}) > 0`,
      forSeconds: FOR_SECONDS.edit,
      summary: 'The exporter cannot see the whole store of an agent.',
      description:
        `The store of ${AGENT} may work, but the exporter does not see all of it.${reasons(options, `reason=~"${BLIND}"`)} The ` +
        'runbook says what to do for each reason. First: openclaw-store-exporter scan --agent {{ $labels.agent }}, as the user of ' +
        'the exporter.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule(options, {
      name: 'OpenClawMigrationUnfinished',
      severity: 'warning',
      expr: [
        `${last('openclaw_store_unimported_sessions')} > 0`,
        `or max without (layout, schema, version) (${last('openclaw_store_info{layout="migrating"}')}) > 0`,
      ].join('\n'),
      forSeconds: FOR_SECONDS.upgrade,
      summary: 'The upgrade of a store to SQLite is not finished.',
      description:
        `For ${inWords(FOR_SECONDS.upgrade)} the old index of ${AGENT} has held sessions beside the database. OpenClaw 2026.8.1 ` +
        'and later does not see them. First: openclaw doctor --session-sqlite inspect --session-sqlite-agent {{ $labels.agent }}.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule(options, {
      name: 'OpenClawLockStale',
      severity: 'warning',
      expr: `${last('openclaw_store_locks{state="stale"}')} > 0`,
      forSeconds: FOR_SECONDS.edit,
      summary: 'A lock file of a store is stale.',
      description:
        `Stale lock files of ${AGENT}: {{ $value }}. The processes that made them crashed or hang. Other processes may wait for these locks. ` +
        // By age it would find neither a lock of the index nor one whose process is gone: they are stale much sooner.
        'First: find ~/.openclaw/agents/{{ $labels.agent }} -name "*.lock" -ls.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule(options, {
      name: 'OpenClawConfigInvalid',
      severity: 'warning',
      expr: `${lowest('openclaw_store_config_valid')} == 0`,
      forSeconds: FOR_SECONDS.edit,
      summary: 'The config of OpenClaw cannot be read or is not valid.',
      description:
        'The exporter on {{ $labels.instance }} cannot use the config of OpenClaw. So windows, agents and bindings ' +
        'may be wrong, and a restart of the gateway may fail. First: openclaw config validate.',
      dashboardVariables: ['instance'],
    }),
  ];
}

/**
 * An index or a database that was lost, or replaced by a new one. Every figure of what is there now is in order, so only
 * the history tells: the sessions of people fell by half, and what they left behind lies there (orphans), or the store
 * itself is smaller (a database shrinks by nothing else but a clean-up), or nothing lies there at all.
 */
function indexLost(options: RuleOptions): AlertRule {
  const { hours, percent, orphanPercent, databasePercent, stepSeconds } = ALERT_THRESHOLDS.lost;
  const range = promDuration(hours * 3600);
  const steps = promSteps(hours * 3600, stepSeconds);
  // Programs' sessions come and go by the hundred.
  const people = 'openclaw_store_sessions{kind!~"cron|subagent|hook"}';
  // A kind without sessions has no series, nor has a class without files.
  const sessions = `(sum without (kind) (${last(people)}) or 0 * (${last('openclaw_store_readable')} == 1))`;
  const most = `sum without (kind) (max_over_time(${people}[${range}]))`;
  const orphans = `sum without (class) (${last(`${FILES}{class="orphan"}`)})`;
  // Where no file was seen, as while a store was locked, the orphans of old were not gone.
  const before = `(min_over_time((${orphans} or 0 * sum without (class) (${last(FILES)}))${steps}) or 0 * ${orphans})`;
  const database = `sum without (class) (${last(`${BYTES}{class="database"}`)})`;
  return alertRule(options, {
    name: 'OpenClawIndexLost',
    severity: 'critical',
    expr: [
      // New sessions soon come, and the lost ones are lost all the same: the lowest count of that time is asked for, too.
      '(',
      `  ${sessions} <= ${percent / 100} * ${most}`,
      `  or min_over_time(${sessions}${steps}) <= ${percent / 100} * ${most}`,
      ')',
      'and (',
      `  ${orphans} - ${before} > ${orphanPercent / 100} * ${most}`,
      `  or ${sessions} < ${most}`,
      `    and ${database} < ${databasePercent / 100} * sum without (class) (max_over_time(${BYTES}{class="database"}[${range}]))`,
      `  or ${sessions} < ${most}`,
      `    unless sum without (class) (${last(FILES)})`,
      ')',
    ].join('\n'),
    keepFiringSeconds: KEEP_FIRING_SECONDS.deepScan,
    summary: 'Most sessions of an agent are gone: its index or database was lost or replaced.',
    description:
      `Within ${inWords(hours * 3600)} the sessions of ${AGENT} fell to ${percent} % or less, and nothing says that they were put away. ` +
      "OpenClaw's next clean-up may delete the transcripts that are left. First: stop the gateway and copy its state directory.",
    dashboardVariables: ['instance', 'agent'],
  });
}

/** Stores and files that grow too large. */
export function sizeRules(options: RuleOptions): AlertRule[] {
  const growth = ALERT_THRESHOLDS.leftovers;
  const leftovers = `sum without (class) (${last(`${BYTES}{class=~"checkpoint|trajectory|temporary"}`)})`;
  const steps = promSteps(growth.seconds, growth.stepSeconds);
  const ratio = ALERT_THRESHOLDS.maintenancePercent / 100;
  return [
    alertRule(options, {
      name: 'OpenClawIndexLarge',
      severity: 'warning',
      expr: `${last(`${BYTES}{class="index"}`)} > ${ALERT_THRESHOLDS.indexBytes}`,
      forSeconds: FOR_SECONDS.edit,
      summary: 'The index of an agent is large.',
      description:
        `The index of ${AGENT} has {{ $value | humanize1024 }}B. OpenClaw parses and writes all of it with every message. ` +
        'First: openclaw sessions cleanup --dry-run --agent {{ $labels.agent }}.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule(options, {
      name: 'OpenClawWalLarge',
      severity: 'warning',
      expr: `${last(`${BYTES}{class="wal"}`)} > ${ALERT_THRESHOLDS.walBytes}`,
      forSeconds: FOR_SECONDS.edit,
      summary: 'The write-ahead log of a database is large.',
      description:
        `The write-ahead log of ${AGENT} has {{ $value | humanize1024 }}B. A process holds the database open and keeps ` +
        'OpenClaw from recycling the log. First: fuser -v on openclaw-agent.sqlite of that agent.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule(options, {
      name: 'OpenClawStoreOverBudget',
      severity: 'warning',
      // OpenClaw counts the database, its log and the folder of sessions. At the limit it removes sessions, which is normal.
      expr: `sum without (class) (${last(`${BYTES}{class!="import_archive"}`)})\n> ${ratio} * ${last('openclaw_store_config_maintenance_limit_bytes')}`,
      forSeconds: FOR_SECONDS.work,
      summary: 'A store is above its limit of bytes.',
      description:
        `The store of ${AGENT} has {{ $value | humanize1024 }}B, more than ${ALERT_THRESHOLDS.maintenancePercent} % of ` +
        "its limit. OpenClaw's own maintenance should keep it below the limit, and does not. " +
        'First: openclaw sessions cleanup --dry-run --agent {{ $labels.agent }}.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule(options, {
      name: 'OpenClawSessionsOverCap',
      severity: 'warning',
      expr: `sum without (kind) (${last('openclaw_store_sessions')})\n> ${ratio} * ${last('openclaw_store_config_maintenance_limit_entries')}`,
      forSeconds: FOR_SECONDS.work,
      summary: 'An agent is above its limit of sessions.',
      description:
        `Sessions of ${AGENT}: {{ $value }}, more than ${ALERT_THRESHOLDS.maintenancePercent} % of its limit. ` +
        "OpenClaw's own maintenance should keep it at the limit, and does not. " +
        'First: openclaw sessions cleanup --dry-run --agent {{ $labels.agent }}.',
      dashboardVariables: ['instance', 'agent'],
    }),
    alertRule(options, {
      name: 'OpenClawLeftoversGrowing',
      severity: 'warning',
      // A class without files has no series: where other files were seen there were no leftovers.
      expr: [
        leftovers,
        `- min_over_time((${leftovers} or 0 * sum without (class) (${last(BYTES)}))${steps})`,
        `> ${growth.bytes}`,
      ].join('\n'),
      summary: 'Leftover files of an agent grow fast.',
      description:
        `Checkpoints, trajectories and temporary files of ${AGENT} grew by {{ $value | humanize }}B within ${inWords(growth.seconds)}. ` +
        'Nothing removes them before the disk is full. First: du -ah ~/.openclaw/agents/{{ $labels.agent }} | sort -h | tail.',
      dashboardVariables: ['instance', 'agent'],
    }),
  ];
}

/** One rule for each setting that keeps sessions small. */
export function preventionRules(options: RuleOptions): AlertRule[] {
  const rule = (setting: string, expr: string, what: string) =>
    alertRule(options, {
      name: 'OpenClawPreventionMissing',
      severity: 'info',
      labels: { setting },
      expr,
      forSeconds: FOR_SECONDS.work,
      summary: 'A setting that keeps sessions small is missing.',
      description: `Agent {{ $labels.agent }} on {{ $labels.instance }} ${what}`,
      dashboardVariables: ['instance', 'agent'],
    });
  // Later versions drop these keys when they load the config, also while the store is not migrated yet.
  const has = (change: 'defaultContextTokensDropped' | 'reserveKeysDropped') =>
    `max without (layout, schema, version) (${last(`openclaw_store_info{layout="file",version=~"${patternOfVersionsWithout(change)}"}`)}) == 1`;
  return [
    rule(
      'context_limit',
      [
        has('defaultContextTokensDropped'),
        `and ${last('openclaw_store_readable')} == 1`,
        `unless ${last('openclaw_store_config_context_limit_tokens')}`,
      ].join('\n'),
      'has no hard limit of its context: agents.defaults.contextTokens is not set.',
    ),
    rule(
      'pruning',
      `${last('openclaw_store_config_context_pruning')} == 0`,
      'does not prune its context: agents.defaults.contextPruning.mode is off.',
    ),
    rule(
      'compaction',
      `max without (mode) (${last('openclaw_store_config_compaction_info{mode="off"}')}) == 1`,
      'does not compact its sessions by itself: agents.defaults.compaction.enabled is false.',
    ),
    rule(
      'compaction_reserve',
      `${last('openclaw_store_config_compaction_reserve_tokens')} < ${ALERT_THRESHOLDS.compactionReserveTokens}\nand ${has('reserveKeysDropped')}`,
      'keeps a compaction reserve of {{ $value | humanize }} tokens, ' +
        `less than ${ALERT_THRESHOLDS.compactionReserveTokens}: see agents.defaults.compaction.reserveTokensFloor.`,
    ),
  ];
}
