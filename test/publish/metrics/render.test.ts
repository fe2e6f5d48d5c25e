import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Family, Sample } from '../../../src/publish/metrics/family.ts';
import { renderFamilies } from '../../../src/publish/metrics/render.ts';
import { parseExposition } from '../../support/exposition.ts';

/** Anything that a session key, a model's name or an account can hold; the callers make it well-formed. */
const labelValue = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '\n', '\r', ',', '=', '{', '}', ':', '#', ' ', 'n', 'a', '\u2028', '😀'),
  }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units).toWellFormed()),
);

const LABELS = ['agent', 'session'];

const distinctSamples = fc.uniqueArray(
  fc.record({
    labels: fc.record({ agent: labelValue, session: labelValue }),
    value: fc.double().map((value) => (value === 0 ? 0 : value)),
  }),
  { selector: ({ labels }) => JSON.stringify([labels.agent, labels.session]), minLength: 1 },
);

function family(samples: readonly Sample[], changes: Partial<Family<null>> = {}): Family<null> {
  return {
    name: 'openclaw_store_test',
    type: 'gauge',
    labels: LABELS,
    help: 'What it means.',
    scan: 'quick',
    samples: () => samples,
    ...changes,
  };
}

/** As a client gets it: over the wire it is UTF-8. */
async function overTheWire(families: readonly Family<null>[]): Promise<ReturnType<typeof parseExposition>> {
  return parseExposition(Buffer.from(await renderFamilies(families, null), 'utf8').toString('utf8'));
}

describe('renderFamilies', () => {
  it('gives back every label and every value', async () => {
    await fc.assert(
      fc.asyncProperty(distinctSamples, async (samples) => {
        const parsed = await overTheWire([family(samples)]);
        expect(parsed.get('openclaw_store_test')?.samples).toEqual(samples);
      }),
    );
  });

  it('keeps apart labels that hold what could be taken for the next label', async () => {
    const samples = [
      { labels: { agent: 'a', session: 'b,session:c' }, value: 1 },
      { labels: { agent: 'a,session:b', session: 'c' }, value: 1 },
    ];
    const parsed = await overTheWire([family(samples)]);
    expect(parsed.get('openclaw_store_test')?.samples).toEqual(samples);
  });

  it('gives back a help with backslashes and newlines', async () => {
    const help = 'One \\n line\nand another "one".';
    const parsed = await overTheWire([family([{ labels: { agent: '', session: '' }, value: 0 }], { help })]);
    expect(parsed.get('openclaw_store_test')).toEqual({
      help,
      type: 'gauge',
      samples: [{ labels: { agent: '', session: '' }, value: 0 }],
    });
  });

  it('throws for two series with equal labels, whatever their order and values', async () => {
    const samples = [
      { labels: { agent: 'a', session: 's' }, value: 1 },
      { labels: { session: 's', agent: 'a' }, value: 2 },
    ];
    await expect(renderFamilies([family(samples)], null)).rejects.toThrow(/openclaw_store_test.*"session":"s"/);
  });

  it('keeps the first of two with equal labels for a caller that handles it, and tells of the second', async () => {
    const told: string[] = [];
    const samples = [1, 2, 3].map((value) => ({ labels: { agent: 'a', session: 's' }, value }));
    const text = await renderFamilies([family(samples)], null, (name) => told.push(name));
    expect(parseExposition(text).get('openclaw_store_test')?.samples).toEqual([samples[0]]);
    expect(told).toEqual(['openclaw_store_test', 'openclaw_store_test']);
  });

  it('leaves out a family without samples, and shows a zero that is one', async () => {
    const parsed = await overTheWire([
      family([], { name: 'openclaw_store_unknown' }),
      family([], { name: 'openclaw_store_bare_unknown', labels: [] }),
      family([{ labels: {}, value: 0 }], { name: 'openclaw_store_none', labels: [] }),
    ]);
    expect([...parsed.keys()]).toEqual(['openclaw_store_none']);
    expect(parsed.get('openclaw_store_none')?.samples).toEqual([{ labels: {}, value: 0 }]);
  });

  it('keeps nothing from one call to the next', async () => {
    const first = { labels: { agent: 'a', session: 'vanishes' }, value: 1 };
    const second = { labels: { agent: 'a', session: 'stays' }, value: 2 };
    await renderFamilies([family([first, second])], null);
    const parsed = await overTheWire([family([second])]);
    expect(parsed.get('openclaw_store_test')?.samples).toEqual([second]);
  });

  it('renders a counter as one', async () => {
    const samples = [{ labels: {}, value: 2.5 }];
    const parsed = await overTheWire([
      family(samples, { name: 'openclaw_store_c_total', type: 'counter', labels: [] }),
    ]);
    expect(parsed.get('openclaw_store_c_total')).toMatchObject({ type: 'counter', samples });
  });
});
