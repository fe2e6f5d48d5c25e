import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { FASTER, fastRules, waitOf } from '../../demo/live/fast-rules.ts';
import { Host } from '../../demo/live/host.ts';
import { everySecond, STORY } from '../../demo/live/story.ts';
import { judge } from '../../src/publish/report/judge.ts';
import { verdicts } from '../../src/publish/verdicts.ts';
import { RULES } from '../alerts/all-rules.ts';
import { newFolder } from '../support/folder.ts';
import { testScanner } from '../support/scan.ts';

const Rules = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          for: z.string().optional(),
          keep_firing_for: z.string().optional(),
        }),
      ),
    }),
  ),
});

function rulesOf(text: string) {
  return Rules.parse(parse(text)).groups.flatMap(({ rules }) => rules);
}

it('a host of the demo is healthy at first, and each step is seen as what the story says', async () => {
  const dir = newFolder();
  const host = new Host(dir, Date.now());
  const scanner = testScanner(dir);
  async function seen(): Promise<{ code: number; alerts: Set<string> }> {
    await scanner.quick();
    const { snapshot, checks } = await scanner.deep();
    const found = verdicts(snapshot, { nowMs: Date.now(), checks });
    return { code: judge(found), alerts: new Set(found.map(({ alert }) => alert)) };
  }
  try {
    expect(await seen()).toEqual({ code: 0, alerts: new Set() });
    for (let second = 0, at = 0; at < STORY.length; second += 1) {
      const steps = STORY.filter((step) => step.at === second);
      for (const step of steps) step.happen(host, Date.now());
      everySecond(host, second, Date.now());
      at += steps.length;
      const { alerts } = steps.length === 0 ? { alerts: new Set<string>() } : await seen();
      for (const { alert, what } of steps) if (alert !== null) expect(alerts.has(alert), what).toBe(true);
    }
    expect((await seen()).alerts.has('OpenClawStoreProblem')).toBe(false);
  } finally {
    host.close();
  }
});

it('every alert of the story is one that is shipped, and the story is told in the order of time', () => {
  const shipped = new Set(RULES.map(({ alert }) => alert));
  for (const { alert } of STORY) if (alert !== null) expect(shipped.has(alert), alert).toBe(true);
  expect(STORY.map(({ at }) => at)).toEqual(STORY.map(({ at }) => at).toSorted((one, other) => one - other));
});

it.each(['openclaw-store.rules.yml', 'openclaw-store.up.rules.yml'])(
  'the copy of %s has a second where the shipped one has a minute',
  (name) => {
    const copy = rulesOf(fastRules(name));
    const shipped = rulesOf(readFileSync(join(import.meta.dirname, '../../alerts', name), 'utf8'));
    for (const { alert, expr, for: wait, keep_firing_for: keep } of copy) {
      const ranges = [...expr.matchAll(/\[(\d[^\]]*)\]/g)].flatMap(([, range = '']) => range.split(':'));
      const waits = [wait, keep, ...ranges].filter((each) => each !== undefined);
      expect(
        waits.filter((each) => !/^\d+s$/.test(each)),
        alert,
      ).toEqual([]);
    }
    expect(copy.map(({ alert }) => alert)).toEqual(shipped.map(({ alert }) => alert));
  },
);

it('the waits are those of the shipped rules, so many times shorter', () => {
  expect(FASTER).toBe(60);
  expect(waitOf('OpenClawSessionTokensHigh')).toBe('10s');
  expect(waitOf('OpenClawSessionsStray')).toBe('60s');
});
