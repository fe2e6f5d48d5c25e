import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SNAPSHOT_FAMILIES } from '../../../src/publish/metrics/families.ts';
import { type ParsedFamily, parseExposition } from '../../support/exposition.ts';
import { testScanner } from '../../support/scan.ts';
import { STORES, type UnpackedStore, unpackStore } from '../../support/stores.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const WORDS = 'agent main telegram dm direct group topic cron run hook subagent openai openai-user dashboard'.split(
  ' ',
);

/** The whole text of a deep scan, so that a change of any name, label, help or figure shows in a review. */
describe.each(STORES)('the metrics of %s', (name) => {
  let store: UnpackedStore;
  let text: string;
  let families: ReadonlyMap<string, ParsedFamily>;

  beforeAll(async () => {
    store = unpackStore(name);
    const { rendered } = await testScanner(store.stateDir, { now: () => store.now }).deep();
    text = rendered?.metrics ?? '';
    families = parseExposition(text);
  });
  afterAll(() => store.cleanup());

  it('are those of the golden file', async () => {
    await expect(text).toMatchFileSnapshot(`./golden/${name}.prom`);
  });

  it('have the types, helps and labels of the families, in their order', () => {
    const published = SNAPSHOT_FAMILIES.filter((family) => families.has(family.name));
    expect([...families.keys()]).toEqual(published.map((family) => family.name));
    for (const family of published) {
      const parsed = families.get(family.name);
      expect(parsed).toMatchObject({ type: family.type, help: family.help });
      for (const { labels } of parsed?.samples ?? []) {
        expect(Object.keys(labels).toSorted(), family.name).toEqual([...family.labels].toSorted());
      }
    }
  });

  it('have one info series for each session that the store is known to have', () => {
    expect(families.get('openclaw_store_session_info')?.samples).toHaveLength(store.facts.sessions.length);
  });

  it('name no path and nobody: of a key only OpenClaw’s own words, agents, channels and UUIDs are shown', () => {
    expect(text).not.toContain(store.stateDir);
    expect(text).not.toContain(store.facts.state_dir);
    const shown = new Set([...WORDS, ...Object.keys(store.facts.agents)]);
    const parts = families
      .get('openclaw_store_session_info')
      ?.samples.flatMap(({ labels }) => labels.session?.split(':'));
    const others = (parts ?? []).filter((part) => part !== undefined && !shown.has(part) && !UUID.test(part));
    expect(others.length).toBeGreaterThan(5);
    for (const part of others) expect(part).toMatch(/^[0-9a-f]{10}$/);
  });
});
