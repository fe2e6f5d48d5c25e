import { readFileSync } from 'node:fs';
import { z } from 'zod';

const LOCK = new URL('../package-lock.json', import.meta.url);

const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      license: z.string().optional(),
      dev: z.boolean().optional(),
      optional: z.boolean().optional(),
      link: z.boolean().optional(),
    }),
  ),
});

export interface Dependency {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression; null: its package names none. */
  readonly licence: string | null;
}

/** What is installed with the exporter, by name and version. From package-lock.json. */
export function productionDependencies(): Dependency[] {
  const { packages } = Lock.parse(JSON.parse(readFileSync(LOCK, 'utf8')));
  return Object.entries(packages)
    .filter(([path, entry]) => path.includes('node_modules/') && !entry.dev && !entry.optional && !entry.link)
    .map(([path, { version = '', license = null }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
      licence: license,
    }))
    .sort((one, other) => compare(one.name, other.name) || compare(one.version, other.version));
}

/** As code units, so that no machine's language changes the order. */
function compare(one: string, other: string): number {
  return Number(one > other) - Number(one < other);
}

export function noticesDoc(note: string): string {
  const rows = productionDependencies().map(
    ({ name, version, licence }) => `| ${name} | ${version} | ${licence ?? 'not named'} |`,
  );
  return `# Third-party notices

${note}

openclaw-store-exporter is under the Apache License 2.0 (\`LICENSE\`). These packages are installed with it. The package of the
exporter holds none of them; the container image does. Each has its full licence text, with the names of its authors, in its folder
below \`node_modules/\`.

| package | version | licence |
| --- | --- | --- |
${rows.join('\n')}
`;
}
