import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';

// Prints the parts that are installed with the exporter, in CycloneDX. `npm sbom --omit dev` of npm 11 leaves out every
// package that the development packages need as well, so all are asked for, and those of development are left out here.
const Sbom = z.looseObject({
  components: z.array(
    z.looseObject({
      'bom-ref': z.string(),
      purl: z.string(),
      properties: z.array(z.object({ name: z.string(), value: z.string() })),
    }),
  ),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
  metadata: z.looseObject({ component: z.looseObject({ 'bom-ref': z.string() }) }),
});

const DEVELOPMENT = 'cdx:npm:package:development';

const text = execFileSync('npm', ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx'], {
  cwd: join(import.meta.dirname, '..'),
  encoding: 'utf8',
  maxBuffer: 2 ** 26,
});
const sbom = Sbom.parse(JSON.parse(text));
const components = sbom.components.filter(({ properties }) => properties.every(({ name }) => name !== DEVELOPMENT));
const kept = new Set([sbom.metadata.component, ...components].map((component) => component['bom-ref']));
const dependencies = sbom.dependencies
  .filter(({ ref }) => kept.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => kept.has(each)) }));
console.log(JSON.stringify({ ...sbom, components, dependencies }, null, 2));
