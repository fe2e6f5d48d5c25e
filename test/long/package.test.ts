import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { findProgram } from '../../scripts/engines.ts';
import { productionDependencies } from '../../scripts/licences.ts';
import { needsEngine } from '../support/engines.ts';
import { type UnpackedStore, unpackStore } from '../support/stores.ts';

const run = promisify(execFile);
const REPOSITORY = join(import.meta.dirname, '../..');
const PROGRAM = 'node_modules/.bin/openclaw-store-exporter';

const Manifest = z.looseObject({ version: z.string(), scripts: z.record(z.string(), z.string()) });
const { version } = Manifest.parse(JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')));
const Packed = z.tuple([z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) })]);

describe('the package', () => {
  let work = '';
  /** A clone of this repository as it lies here, without `dist` and `node_modules`. */
  let clone = '';
  /** A folder that held nothing before the package was installed there. */
  let home = '';
  let packed: string[] = [];
  let tarball = '';
  /** What npm said when it was installed. */
  let said = '';
  let store: UnpackedStore;

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'package-'));
    clone = await cloneHere(join(work, 'clone'));
    // npm before version 12 prints an array, later ones an object by package.
    const PATH = [npmThatLinks(join(work, 'bin')), process.env.PATH].join(delimiter);
    const { stdout } = await npm(['pack', '--json', '--pack-destination', work], clone, { PATH });
    const [{ filename, files }] = Packed.parse(Object.values(JSON.parse(stdout.slice(stdout.search(/^[[{]/m)))));
    tarball = join(work, filename);
    packed = files.map(({ path }) => path);
    home = join(work, 'home');
    mkdirSync(home);
    const { stdout: out, stderr } = await npm(
      ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball],
      home,
    );
    said = `${out}${stderr}`;
    store = unpackStore('sqlite-2026.9.6');
  });
  afterAll(() => {
    store?.cleanup();
    rmSync(work, { recursive: true, force: true });
  });

  it('holds what people need, and no sources, tests or notes of its build', () => {
    const needed = ['LICENSE', 'THIRD-PARTY-NOTICES.md', 'dist/main.js', 'dist/revision', 'docs/metrics.md'];
    expect(packed).toEqual(expect.arrayContaining(needed));
    expect(packed).toEqual(expect.arrayContaining(['alerts/openclaw-store.rules.yml', 'deploy/compose/compose.yaml']));
    expect(packed.filter((path) => path.startsWith('grafana/dashboards/')).length).toBeGreaterThanOrEqual(3);
    expect(packed.filter((path) => /^(src|test|scripts|bench|demo|tools|\.)/.test(path))).toEqual([]);
  });

  it('runs nothing when it is installed, and npm warns of nothing', () => {
    const { scripts } = Manifest.parse(JSON.parse(readFileSync(join(installedFolder(home), 'package.json'), 'utf8')));
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) expect(scripts).not.toHaveProperty(name);
    expect(said).not.toMatch(/warn/i);
  });

  it('leaves package.json as it is in the clone', () => {
    expect(readFileSync(join(clone, 'package.json'), 'utf8')).toBe(
      readFileSync(join(REPOSITORY, 'package.json'), 'utf8'),
    );
  });

  it('has no dead link in a document that it ships', () => {
    const folder = installedFolder(home);
    const documents = globSync('**/*.md', { cwd: folder, exclude: ['node_modules/**'] });
    const links = documents.flatMap((document) => linksOf(document, folder));
    expect(documents.length).toBeGreaterThan(40);
    expect(links.length).toBeGreaterThan(100);
    expect(links.filter(({ target, anchor }) => isDead(join(folder, target), anchor))).toEqual([]);
  });

  it('has nothing that publint would tell', async () => {
    const { messages } = await publint({ pkgDir: installedFolder(home), strict: true });
    expect(messages).toEqual([]);
  });

  describe.each([['the Node of the project', () => process.execPath], ...newestNode()])('on %s', (_name, node) => {
    const installed = (args: readonly string[]) => {
      const PATH = [dirname(node()), process.env.PATH].join(delimiter);
      return run(PROGRAM, args, { cwd: home, env: { PATH, HOME: home } });
    };

    it('says its version and revision', async () => {
      const { stdout } = await installed(['--version']);
      const revision = (await git(['rev-parse', 'HEAD'], clone)).trim();
      const [, dirty = ''] = /^[^(]*\(revision [0-9a-f]{40}(-dirty)?, Node v/.exec(stdout) ?? [];
      const nodeVersion = (await run(node(), ['--version'])).stdout.trim();
      expect(stdout).toBe(`openclaw-store-exporter ${version} (revision ${revision}${dirty}, Node ${nodeVersion})\n`);
    });

    it('scans a real store', async () => {
      const output = join(home, 'scan.prom');
      await installed(['scan', '--format=prometheus', `--output=${output}`, `--openclaw.state-dir=${store.stateDir}`]);
      const text = readFileSync(output, 'utf8');
      expect(text).toContain('openclaw_store_state_readable 1\n');
      expect(text).toMatch(/^openclaw_store_session_tokens\{.*\} \d+$/m);
    });

    it('prints the rules that it ships', async () => {
      const { stdout } = await installed(['rules']);
      expect(stdout).toContain('alert: OpenClawStoreProblem');
    });
  });

  it('lists as many parts in its SBOM as in its notices', async () => {
    const { stdout } = await npm(['run', '--silent', 'sbom'], clone);
    const Sbom = z.object({
      bomFormat: z.literal('CycloneDX'),
      metadata: z.object({ component: z.object({ version: z.string() }) }),
      components: z.array(z.object({ purl: z.string() })),
    });
    const { metadata, components } = Sbom.parse(JSON.parse(stdout));
    expect(metadata.component.version).toBe(version);
    const listed = productionDependencies().map((each) => `pkg:npm/${each.name.replace('@', '%40')}@${each.version}`);
    expect(components.map(({ purl }) => purl).sort()).toEqual(listed.sort());
  });

  it('brings only licences that ask for no more than a notice', () => {
    const permissive = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0'];
    const others = productionDependencies().filter(({ licence }) => licence === null || !permissive.includes(licence));
    expect(others).toEqual([]);
  });
});

function newestNode(): [string, () => string][] {
  return needsEngine('newestNode') ? [] : [['the newest Node', () => inject('newestNode')]];
}

function installedFolder(home: string): string {
  return join(home, 'node_modules/openclaw-store-exporter');
}

/**
 * Folder of an `npm` for whose `npm ci` the modules of this repository are enough: a fresh clone is a gigabyte else. All
 * other commands are the real one's. (`.ci/run` does the real `npm ci` in a fresh clone.)
 */
function npmThatLinks(folder: string): string {
  mkdirSync(folder);
  const script = `#!/bin/sh
if [ "$1" = ci ]; then echo 'added packages'; exec ln -s '${join(REPOSITORY, 'node_modules')}' node_modules; fi
exec '${findProgram(['npm'])}' "$@"
`;
  writeFileSync(join(folder, 'npm'), script, { mode: 0o755 });
  return folder;
}

/** With what was changed and not committed. */
async function cloneHere(target: string): Promise<string> {
  await git(['clone', '--quiet', REPOSITORY, target], REPOSITORY);
  const changed = await git(['ls-files', '-z', '--modified', '--others', '--exclude-standard'], REPOSITORY);
  for (const path of changed.split('\0').filter((each) => each !== '')) {
    rmSync(join(target, path), { force: true });
    if (!existsSync(join(REPOSITORY, path))) continue;
    mkdirSync(dirname(join(target, path)), { recursive: true });
    copyFileSync(join(REPOSITORY, path), join(target, path));
  }
  return target;
}

interface Link {
  readonly document: string;
  /** Path in the package. */
  readonly target: string;
  /** Empty: the link is to the whole. */
  readonly anchor: string;
}

/** What a document of the package links to in the package. */
function linksOf(document: string, root: string): Link[] {
  return [...readFileSync(join(root, document), 'utf8').matchAll(/\]\(([^)\s#]*)#?([^)\s]*)\)/g)]
    .filter(([, path = '']) => !path.includes('://'))
    .map(([, path = '', anchor = '']) => ({
      document,
      target: path === '' ? document : join(dirname(document), path),
      anchor,
    }));
}

function isDead(path: string, anchor: string): boolean {
  if (!existsSync(path)) return true;
  return anchor !== '' && !anchorsOf(readFileSync(path, 'utf8')).includes(anchor);
}

/** As GitHub makes them of headings. */
function anchorsOf(text: string): string[] {
  const headings = [...text.replaceAll(/^```.*?^```/gms, '').matchAll(/^#+ +(.*)$/gm)];
  return headings.map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\-_ ]/gu, '')
      .replaceAll(' ', '-'),
  );
}

async function git(args: readonly string[], cwd: string): Promise<string> {
  return (await run('git', args, { cwd })).stdout;
}

/** With the Node of the project, whatever the machine's own is. */
function npm(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = process.env) {
  const PATH = [dirname(process.execPath), env.PATH].join(delimiter);
  return run('npm', args, { cwd, env: { ...process.env, PATH }, maxBuffer: 2 ** 26 });
}
