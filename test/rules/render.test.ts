import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { RULES, STORE_RULES, UP_RULES } from '../alerts/all-rules.ts';
import { parsePromql } from '../alerts/promql.ts';
import { runHere } from '../support/run.ts';

const Rule = z.object({
  alert: z.string(),
  expr: z.string(),
  annotations: z.record(z.string(), z.string()),
});
const Groups = z.object({ groups: z.array(z.object({ name: z.string(), rules: z.array(Rule) })) });
const Provisioning = z.object({
  apiVersion: z.literal(1),
  groups: z.array(
    z.object({
      folder: z.string(),
      interval: z.string(),
      rules: z.array(
        z.object({
          uid: z.string().max(40),
          title: z.string(),
          condition: z.string(),
          for: z.string(),
          labels: z.record(z.string(), z.string()),
          annotations: z.record(z.string(), z.string()),
          data: z.array(z.object({ refId: z.string(), model: z.looseObject({ expr: z.string().optional() }) })),
        }),
      ),
    }),
  ),
});

async function rules(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runHere(['rules', ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

describe('the command rules', () => {
  it('prints what is shipped, where nothing is asked for', async () => {
    const { groups } = parse(await rules());
    expect(groups.flatMap((group: { rules: object[] }) => group.rules)).toEqual(RULES);
  });

  it('puts the job, the links and the labels of this Prometheus in', async () => {
    const text = await rules(
      ...[
        '--job=claw',
        '--runbook-url=https://git.example.org/runbooks/',
        '--dashboard-url=https://grafana.example.org',
      ],
      ...['--group-label=cluster', '--group-label=region'],
    );
    const all = Groups.parse(parse(text)).groups.flatMap((group) => group.rules);
    expect(all.map(({ alert }) => alert)).toEqual(RULES.map(({ alert }) => alert));
    for (const { alert, expr, annotations } of all) {
      expect(parsePromql(expr).errors, alert).toEqual([]);
      expect(annotations.runbook_url).toBe(`https://git.example.org/runbooks/${alert}.md`);
      expect(annotations.dashboard_url).toMatch(/^https:\/\/grafana\.example\.org\/d\/\S+/);
      if (annotations.description?.includes('query')) expect(annotations.description).toContain('cluster=%q,region=%q');
    }
    expect(text).not.toMatch(/openclaw-store"|docs\/runbooks/);
    expect(text.match(/up\{job="claw"\}/g)?.length).toBeGreaterThan(3);
  });

  it('prints a PrometheusRule with the same groups', async () => {
    const { apiVersion, kind, metadata, spec } = parse(await rules('--format=kubernetes'));
    expect({ apiVersion, kind, name: metadata.name }).toEqual({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      name: 'openclaw-store',
    });
    expect(spec).toEqual({ groups: parse(await rules()).groups });
  });

  it('prints rules for Grafana, whose templates have no query and whose files expand variables', async () => {
    const text = await rules('--format=grafana');
    const all = Provisioning.parse(parse(text)).groups.flatMap((group) => group.rules);
    expect(all).toHaveLength(STORE_RULES.length + UP_RULES.length);
    expect(new Set(all.map(({ uid }) => uid)).size).toBe(all.length);
    expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
    for (const [at, { annotations, data, condition, for: wait }] of all.entries()) {
      for (const template of Object.values(annotations)) {
        expect(template).not.toMatch(/\| query\b|Among them|Largest: |Now: /);
        expect(template.replaceAll('$$', '')).not.toContain('$');
        expect(template).not.toMatch(/\$\$value\b(?!s)/);
      }
      const same = RULES.find(({ expr }) => expr === data[0]?.model.expr);
      expect(same, `rule ${at}`).toBeDefined();
      expect(wait).toBe(same?.for);
      expect(data.map(({ refId }) => refId)).toContain(condition);
    }
    expect(
      text
        .replaceAll('$$', '')
        .match(/\$\w*/g)
        ?.every((each) => each === '$DS_PROMETHEUS'),
    ).toBe(true);
  });

  it.each([
    [['--format=table'], /--format: "table" must be one of prometheus, kubernetes, grafana$/m],
    [['--job=a"b'], /--job: "a"b" is no name of a job/],
    [['--runbook-url=runbooks'], /--runbook-url: "runbooks" must be an address/],
    [['--group-label=a-b'], /--group-label: "a-b" is no name of a label/],
    [['--deep'], /--deep/],
  ])('%s is refused', async (args, complaint) => {
    const { code, stdout, stderr } = await runHere(['rules', ...args]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(complaint);
  });

  it('scan and repair do not have its formats', async () => {
    for (const [command, formats] of [
      ['scan', 'table, json, prometheus'],
      ['repair', 'table, json'],
    ] as const) {
      const { code, stderr } = await runHere([command, '--format=grafana', '--openclaw.state-dir=/nonexistent']);
      expect(code).toBe(3);
      expect(stderr).toContain(`--format: "grafana" must be one of ${formats}\n`);
    }
  });
});
