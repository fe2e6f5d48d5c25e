import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { dashboardQueries, runnable } from '../../grafana/queries.ts';
import { EXPORTER_FAMILIES } from '../../src/publish/metrics/exporter.ts';
import { SNAPSHOT_FAMILIES } from '../../src/publish/metrics/families.ts';
import { RULES } from '../alerts/all-rules.ts';
import { annotationQueries, parsePromql } from '../alerts/promql.ts';
import { FILES } from '../grafana/dashboard-json.ts';
import { engine, needsEngine } from '../support/engines.ts';
import { isOnlyForDashboards, isWritten } from '../support/remote-write.ts';

const run = promisify(execFile);
const REPOSITORY = join(import.meta.dirname, '../..');
const DEPLOY = join(REPOSITORY, 'deploy/prometheus');
const CONFIGS = globSync('*.yml', { cwd: DEPLOY, exclude: ['*.rules.yml'] }).toSorted();
const AGENT = 'agent.yml';

describe.skipIf(needsEngine('promtool', 'promtoolForky'))('deploy/prometheus', () => {
  // As the README says to put it.
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'scrape-configs-'));
    mkdirSync(join(folder, 'openclaw-store'));
    for (const name of CONFIGS) cpSync(join(DEPLOY, name), join(folder, name));
    const rules = globSync([join(REPOSITORY, 'alerts/*.rules.yml'), join(DEPLOY, '*.rules.yml')]);
    for (const path of rules) cpSync(path, join(folder, 'openclaw-store', basename(path)));
    cpSync(join(DEPLOY, 'targets'), join(folder, 'openclaw-store/targets'), { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describe.each(['promtool', 'promtoolForky'] as const)('%s', (promtool) => {
    it.each(CONFIGS)('takes %s, with its rules and targets', async (name) => {
      const flags = name === AGENT ? ['--agent'] : [];
      const { stdout, stderr } = await run(engine(promtool), ['check', 'config', ...flags, join(folder, name)]);
      expect(stdout + stderr).not.toContain('WARNING');
      // An agent has none.
      expect(stdout.includes('3 rule files found')).toBe(name !== AGENT);
    });

    it('finds nothing wrong in the rules that roll up', async () => {
      const flags = ['check', 'rules', '--lint=all', '--lint-fatal', 'rollup.rules.yml'];
      const { stdout } = await run(engine(promtool), flags, { cwd: DEPLOY });
      expect(stdout).toMatch(/SUCCESS: \d+ rules found/);
    });
  });
});

const ASKED_BY_RULES = metricsOf(
  RULES.flatMap(({ expr, annotations }) => [expr, ...annotationQueries(annotations.description)]),
);
const ASKED_BY_DASHBOARDS = metricsOf(
  FILES.flatMap(({ json }) => dashboardQueries(json)).map(({ expr }) => runnable(expr)),
);
const FAMILIES = [...SNAPSHOT_FAMILIES, ...EXPORTER_FAMILIES].map(({ name }) => name);

describe('what is written to another store', () => {
  it('is all that rules and dashboards ask for', () => {
    const asked = [...ASKED_BY_RULES, ...ASKED_BY_DASHBOARDS];
    expect(asked.length).toBeGreaterThan(60);
    expect(asked.filter((metric) => !isWritten('remote-write.yml', metric))).toEqual([]);
    // Whoever evaluates the rules there has the alerts already.
    const written = asked.filter((metric) => !metric.startsWith('ALERTS'));
    expect(written.filter((metric) => !isWritten(AGENT, metric))).toEqual([]);
  });

  it('is nothing of other jobs, but what they have of these stores', () => {
    for (const name of ['remote-write.yml', 'edge.yml', AGENT]) {
      for (const metric of ['up', 'process_cpu_seconds_total', 'node_load1', 'openclaw_messages_total'])
        expect(isWritten(name, metric, { job: 'node' }), `${name}: ${metric}`).toBe(false);
    }
    expect(isWritten('remote-write.yml', 'ALERTS', { job: 'node', alertname: 'NodeDown' })).toBe(false);
    expect(isWritten('remote-write.yml', 'openclaw_store_sessions', { job: 'node' })).toBe(true);
  });

  it('is no series of a session where a share is rolled up, and its alerts', () => {
    const kept = FAMILIES.filter((metric) => isWritten('edge.yml', metric));
    expect(kept.toSorted()).toEqual(
      ['agents', 'exporter_build_info', 'state_readable'].map((name) => `openclaw_store_${name}`),
    );
    for (const metric of ['up', 'ALERTS', 'ALERTS_FOR_STATE']) expect(isWritten('edge.yml', metric)).toBe(true);
    const { groups } = parse(readText('rollup.rules.yml'));
    const records = groups[0].rules.map(({ record }: { record: string }) => record);
    expect(records.filter((record: string) => !isWritten('edge.yml', record))).toEqual([]);
  });

  it('can be without what only dashboards ask for: the commented lines name exactly that', () => {
    const dropped = FAMILIES.filter(isOnlyForDashboards);
    expect(dropped.toSorted()).toEqual(FAMILIES.filter((metric) => !ASKED_BY_RULES.has(metric)).toSorted());
  });
});

function metricsOf(expressions: readonly string[]): ReadonlySet<string> {
  return new Set(expressions.flatMap((expr) => parsePromql(expr).selectors.map(({ metric }) => metric)));
}

function readText(name: string): string {
  return readFileSync(join(DEPLOY, name), 'utf8');
}
