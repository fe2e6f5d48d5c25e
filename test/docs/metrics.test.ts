import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FIGURE_SOURCES, NONE, OWN_SOURCES } from '../../scripts/figure-sources.ts';
import { GENERATED_DOCS } from '../../scripts/generate-docs.ts';
import { CHECKS } from '../../src/checks/all.ts';
import { LAYOUTS } from '../../src/model/layout.ts';
import { PROBLEMS } from '../../src/model/problem.ts';
import { FILE_CLASSES } from '../../src/openclaw/file-classes.ts';
import { KINDS } from '../../src/openclaw/keys.ts';
import { RUN_STATUSES } from '../../src/openclaw/run-status.ts';
import { TOKENS_SOURCES } from '../../src/openclaw/tokens.ts';
import { EXPORTER_FAMILIES } from '../../src/publish/metrics/exporter.ts';
import { SNAPSHOT_FAMILIES } from '../../src/publish/metrics/families.ts';
import { INPUT_STATES } from '../../src/read/sqlite/figures.ts';
import { parseExposition } from '../support/exposition.ts';

describe('docs/metrics.md', () => {
  it.each([
    { of: 'the stores', families: SNAPSHOT_FAMILIES, sources: FIGURE_SOURCES, list: 'FIGURE_SOURCES' },
    { of: 'the exporter', families: EXPORTER_FAMILIES, sources: OWN_SOURCES, list: 'OWN_SOURCES' },
  ])('says of every family of $of where it comes from, once', ({ families, sources, list }) => {
    const known = families.map(({ name }) => name.replace('openclaw_store_', ''));
    const said = sources.flatMap(({ names }) => names);
    expect(
      known.filter((name) => !said.includes(name)),
      `put these into ${list} of scripts/figure-sources.ts`,
    ).toEqual([]);
    expect(
      said.filter((name, at) => !known.includes(name) || said.indexOf(name) !== at),
      `take these out of ${list} of scripts/figure-sources.ts: no such family, or a second row`,
    ).toEqual([]);
  });

  it.each([
    { heading: 'Problems', values: PROBLEMS },
    { heading: 'Findings', values: CHECKS.map(({ name }) => name) },
    { heading: 'Classes of files', values: FILE_CLASSES },
    { heading: 'Kinds', values: KINDS },
    { heading: 'Statuses', values: RUN_STATUSES },
    { heading: 'Sources of tokens', values: TOKENS_SOURCES },
    { heading: 'Layouts', values: LAYOUTS },
    { heading: 'States', values: [...INPUT_STATES, 'held', 'stale'] },
  ])('explains each value under $heading, and no other', ({ heading, values }) => {
    const rows = [...sectionOf(heading).matchAll(/^\| `([^`]+)` \|.* \| .*\w.* \|$|^\| `([^`]+)` \| .*\w.* \|$/gm)];
    expect(rows.map(([, wide, narrow]) => wide ?? narrow)).toEqual([...values]);
  });

  it('names each reason of each finding', () => {
    const text = sectionOf('Findings');
    for (const reason of CHECKS.flatMap(({ reasons }) => reasons)) if (reason !== null) expect(text).toContain(reason);
  });
});

const GOLDEN = new URL('../publish/metrics/golden/', import.meta.url);

describe.each(readdirSync(GOLDEN))('the series of %s', (name) => {
  const families = parseExposition(readFileSync(new URL(name, GOLDEN), 'utf8'));
  const samplesOf = (family: string) => families.get(`openclaw_store_${family}`)?.samples ?? [];
  const readable = samplesOf('readable').flatMap(({ labels: { agent }, value }) => (value === 1 ? [agent] : []));
  const agents = samplesOf('info').flatMap(({ labels: { agent, layout = '' } }) =>
    readable.includes(agent) ? [{ agent, isInDatabase: ['sqlite', 'migrating'].includes(layout) }] : [],
  );
  const ofAgents = new Set(SNAPSHOT_FAMILIES.flatMap((each) => (each.labels.includes('agent') ? [each.name] : [])));
  const has = (family: string, agent: string | undefined) =>
    samplesOf(family).some(({ labels }) => labels.agent === agent);

  it('are not of an era for which the document says that there are none', () => {
    const wrong = FIGURE_SOURCES.flatMap(({ names, file, sqlite }) =>
      agents
        .filter(({ isInDatabase }) => (isInDatabase ? sqlite : file).startsWith(NONE))
        .flatMap(({ agent }) => names.filter((family) => has(family, agent)).map((family) => `${family} of ${agent}`)),
    );
    expect(wrong).toEqual([]);
  });

  it('are there where the document does not say when they are not', () => {
    const always = FIGURE_SOURCES.filter(({ absent }) => absent === null).flatMap(({ names }) => names);
    const missing = always
      .filter((family) => ofAgents.has(`openclaw_store_${family}`) && !family.startsWith('session_'))
      .flatMap((family) =>
        agents.filter(({ agent }) => !has(family, agent)).map(({ agent }) => `${family} of ${agent}`),
      );
    expect(missing).toEqual([]);
  });
});

function sectionOf(heading: string): string {
  const [, text = ''] = (GENERATED_DOCS['docs/metrics.md']?.() ?? '').split(`### ${heading}\n`);
  return text.split('\n#')[0] ?? '';
}
