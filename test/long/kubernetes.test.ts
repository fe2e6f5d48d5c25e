import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { engine, needsEngine } from '../support/engines.ts';

const run = promisify(execFile);
const REPOSITORY = join(import.meta.dirname, '../..');
const KUBERNETES = join(REPOSITORY, 'deploy/kubernetes');

const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
const Container = z.looseObject({ name: z.string(), image: z.string(), securityContext: z.looseObject({}) });
const Pods = z.looseObject({
  spec: z.looseObject({ template: z.looseObject({ spec: z.looseObject({ containers: z.array(Container) }) }) }),
});

describe.skipIf(needsEngine('kustomize'))('deploy/kubernetes', () => {
  /** Inside of the repository, where the schemas are found. */
  let folder = '';
  let built = '';
  beforeAll(async () => {
    mkdirSync(join(REPOSITORY, '.test-results'), { recursive: true });
    folder = mkdtempSync(join(REPOSITORY, '.test-results/manifests-'));
    built = (await run(engine('kustomize'), ['build', join(KUBERNETES, 'example')], { maxBuffer: 2 ** 26 })).stdout;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('builds what is needed beside a gateway', () => {
    const kinds = manifests(built).map(({ kind }) => kind);
    const needed = ['Service', 'ServiceMonitor', 'PrometheusRule', 'NetworkPolicy', 'CronJob', 'StatefulSet'];
    expect(kinds).toEqual(expect.arrayContaining(needed));
    expect(kinds.filter((kind) => kind === 'ConfigMap')).toHaveLength(3);
  });

  it('holds only what the schemas of Kubernetes and of the operator know', async () => {
    expect(await complaints(folder, built)).toBe('');
  });

  it.each([
    [
      'a key that a pod does not have',
      'readOnlyRootFilesystem: true',
      'readOnlyRootFileSystem: true',
      'readOnlyRootFileSystem',
    ],
    ['a key that a ServiceMonitor does not have', 'targetLabel: gateway', 'targetLable: gateway', 'targetLable'],
    ['a value of the wrong type', 'suspend: true', 'suspend: "yes"', 'suspend'],
  ])('would not get through with %s', async (_name, right, wrong, named) => {
    expect(built).toContain(right);
    expect(await complaints(folder, built.replace(right, wrong))).toContain(named);
  });

  it('runs the exporter beside the gateway, restricted, on a volume that it cannot write to', () => {
    const { containers } = podOf('StatefulSet');
    expect(containers.map(({ name }) => name).toSorted()).toEqual(['gateway', 'store-exporter']);
    const exporter = containers.find(({ name }) => name === 'store-exporter');
    expect(exporter).toMatchObject({
      securityContext: {
        runAsNonRoot: true,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      },
      volumeMounts: expect.arrayContaining([{ name: 'openclaw', mountPath: '/openclaw', readOnly: true }]),
    });
    // A monitor that is not ready would take the gateway out of its Service.
    expect(exporter).not.toHaveProperty('readinessProbe');
  });

  it('ships the clean-up suspended, and the version of the package', () => {
    expect(manifests(built).find(({ kind }) => kind === 'CronJob')).toMatchObject({ spec: { suspend: true } });
    const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
    const images = [...built.matchAll(/image: (openclaw-store-exporter\S*)/g)].map(([, image]) => image);
    expect(images).toEqual(Array(2).fill(`openclaw-store-exporter:${version}`));
    expect(readFileSync(join(REPOSITORY, 'deploy/compose/compose.yaml'), 'utf8')).toContain(`:${version}\n`);
  });

  function podOf(kind: string) {
    return Pods.parse(manifests(built).find((manifest) => manifest.kind === kind)).spec.template.spec;
  }
});

function manifests(text: string) {
  return parseAllDocuments(text).map((document) => Manifest.parse(document.toJS()));
}

const MODULES: Readonly<Record<string, string>> = {
  v1: 'kubernetes-models/v1',
  'apps/v1': 'kubernetes-models/apps/v1',
  'batch/v1': 'kubernetes-models/batch/v1',
  'networking.k8s.io/v1': 'kubernetes-models/networking.k8s.io/v1',
  'monitoring.coreos.com/v1': '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
};

/**
 * What the schemas have against manifests; '' when nothing. Their own `validate` lets unknown keys through, which the
 * compiler finds: each manifest is written as a program that makes the object of its kind.
 */
async function complaints(folder: string, text: string): Promise<string> {
  const file = join(folder, 'manifests.ts');
  const lines = manifests(text).map(({ apiVersion, kind, ...rest }, at) => {
    const name = `${kind}${at}`;
    const head = `import { ${kind} as ${name} } from '${MODULES[apiVersion]}';`;
    return `${head}\nnew ${name}(${JSON.stringify(rest)}).validate();`;
  });
  writeFileSync(file, `${lines.join('\n')}\n`);
  const flags = [
    '--ignoreConfig',
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--module',
    'nodenext',
    '--target',
    'esnext',
  ];
  const compiler = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
  const compiled = await output(process.execPath, [compiler, ...flags, file]);
  return compiled + (await output(process.execPath, [file]));
}

/** What a program says; '' when all is well. */
async function output(program: string, args: readonly string[]): Promise<string> {
  try {
    await run(program, args, { maxBuffer: 2 ** 26 });
    return '';
  } catch (error) {
    if (!(error instanceof Error && 'stdout' in error && 'stderr' in error)) throw error;
    return `${error.stdout}${error.stderr}` || 'it failed without a word';
  }
}
