import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';

// What documents call containers, workloads and units is what deploy/ calls them.

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENTS = globSync(['README.md', 'docs/**/*.md', 'deploy/**/*.md'], { cwd: ROOT });

const Compose = z.object({ services: z.record(z.string(), z.unknown()) });
const Kustomization = z.object({ namespace: z.string() });
const Workload = z.object({
  kind: z.enum(['Deployment', 'StatefulSet']),
  metadata: z.object({ name: z.string() }),
  spec: z.object({ template: z.object({ spec: z.object({ containers: z.array(z.object({ name: z.string() })) }) }) }),
});

const SERVICES = Object.keys(Compose.parse(parse(text('deploy/compose/compose.yaml'))).services);
/** Of containers that a document starts by hand. */
const GIVEN = commands('docker run').flatMap(({ line }) => valueAfter(line, '--name') ?? []);
const NAMESPACE = Kustomization.parse(parse(text('deploy/kubernetes/example/kustomization.yaml'))).namespace;
const GATEWAY = workloadOf('deploy/kubernetes/example/gateway.yaml');
const SIDECAR = workloadOf('deploy/kubernetes/sidecar/sidecar.yaml');
const UNITS = globSync('*', { cwd: join(ROOT, 'deploy/systemd') });

interface Command {
  readonly document: string;
  /** What stands behind the name of the program. */
  readonly line: string;
}

function text(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

function commands(program: string): Command[] {
  return DOCUMENTS.flatMap((document) =>
    [...text(document).matchAll(new RegExp(`(?<![\\w-])${program} ((?:\\\\\\n|[^\`\\n])*)`, 'g'))].map(
      ([, line = '']) => ({
        document,
        line,
      }),
    ),
  );
}

function valueAfter(line: string, ...flags: string[]): string | null {
  const words = line.split(/\s+/);
  const at = words.findIndex((word) => flags.includes(word));
  return at < 0 ? null : (words[at + 1] ?? null);
}

function workloadOf(path: string): { target: string; containers: string[] } {
  const documents = parseAllDocuments(text(path)).map((document) => Workload.safeParse(document.toJS()).data);
  const found = documents.find((document) => document !== undefined) ?? expect.fail(`${path} has no workload`);
  const containers = found.spec.template.spec.containers.map(({ name }) => name);
  return { target: `${found.kind.toLowerCase()}/${found.metadata.name}`, containers };
}

/** The documents with what is wrong in them, of commands that there are. */
function wrong(found: readonly Command[], complaint: (line: string) => readonly (string | false)[]): string[] {
  expect(found.length).toBeGreaterThan(0);
  return found.flatMap(({ document, line }) =>
    complaint(line).flatMap((each) => (each === false ? [] : `${document}: ${each}: ${line}`)),
  );
}

test('kubectl names workloads, containers and the namespace of deploy/kubernetes', () => {
  const calls = commands('kubectl').filter(({ line }) => /(?:^| )exec /.test(line));
  const containers = [...GATEWAY.containers, ...SIDECAR.containers];
  const complaints = wrong(calls, (line) => [
    !line.includes(` exec ${GATEWAY.target} `) && `no ${GATEWAY.target}`,
    !containers.includes(valueAfter(line, '-c', '--container') ?? '') && `no container of ${containers.join(', ')}`,
  ]);
  const namespaces = wrong(commands('kubectl'), (line) => {
    const namespace = valueAfter(line, '-n', '--namespace');
    return [namespace !== null && namespace !== NAMESPACE && `another namespace than ${NAMESPACE}`];
  });
  expect([...complaints, ...namespaces]).toEqual([]);
  // `exec` without a namespace looks in the default one.
  expect(calls.filter(({ line }) => valueAfter(line, '-n', '--namespace') === null)).toEqual([]);
});

test('docker compose names services of deploy/compose', () => {
  const calls = commands('docker compose').filter(({ line }) => /(?:^| )exec /.test(line));
  expect(
    wrong(calls, (line) => {
      const file = valueAfter(line, '--file', '-f');
      return [
        (file === null || !existsSync(join(ROOT, file))) && 'no such file',
        !SERVICES.includes(valueAfter(line.replace(' --interactive', ''), 'exec') ?? '') && 'no such service',
      ];
    }),
  ).toEqual([]);
});

test('docker names containers that a document gave their name, and finds those of Compose', () => {
  expect(GIVEN.length).toBeGreaterThan(0);
  const isVariable = (name: string) => /^"?\$[A-Z]+"?$/.test(name);
  const complaints = wrong(commands('docker exec'), (line) => {
    const name = line.split(/\s+/).find((word) => !word.startsWith('-')) ?? '';
    return [!isVariable(name) && !GIVEN.includes(name) && 'no document starts such a container'];
  });
  // Compose puts the name of the folder before that of the service, and a number behind it.
  const names = [...GIVEN, ...SERVICES.filter((name) => name.includes('exporter')).map((name) => `compose-${name}-1`)];
  const filters = wrong(commands('docker ps'), (line) => {
    const wanted = valueAfter(line, '--filter')?.replace('name=', '') ?? '';
    return names.filter((name) => !name.includes(wanted)).map((name) => `does not find ${name}`);
  });
  expect([...complaints, ...filters]).toEqual([]);
});

test('systemctl names units of deploy/systemd', () => {
  const calls = commands('systemctl').filter(({ line }) => line.includes('openclaw-store-exporter'));
  expect(
    wrong(calls, (line) => {
      const [, unit = '', type = '.service'] = /(openclaw-store-exporter[\w-]*@?)[\w*]*(\.\w+)?/.exec(line) ?? [];
      return [!UNITS.includes(`${unit}${type}`) && `no unit ${unit}${type}`];
    }),
  ).toEqual([]);
});

test('a mode of a Secret is that of the sidecar', () => {
  const modes = (path: string) => [...text(path).matchAll(/defaultMode: (\d+)/g)].map(([, mode]) => mode);
  expect(DOCUMENTS.flatMap(modes)).toEqual(modes('deploy/kubernetes/sidecar/sidecar.yaml'));
});

test('the README names every document', () => {
  const readme = text('README.md');
  const documents = globSync('docs/*.md', { cwd: ROOT });
  expect(documents.filter((path) => !readme.includes(`](${path})`))).toEqual([]);
});
