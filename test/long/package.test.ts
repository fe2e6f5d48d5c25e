import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, normalize } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { productionDependencies } from '../../scripts/licences.ts';
import { needsEngine } from '../support/engines.ts';
import { type UnpackedStore, unpackStore } from '../support/stores.ts';

const run = promisify(execFile);
const REPOSITORY = join(import.meta.dirname, '../..');
const PROGRAM = 'node_modules/.bin/openclaw-store-exporter';

const Manifest = z.looseObject({ version: z.string() });
const { version } = Manifest.parse(JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')));
const Packed = z.tuple([z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) })]);

describe('the package', () => {
  let work = '';
  /** A clone of this repository as it lies here, without `dist`. */
  let clone = '';
  /** A folder that held nothing before the package was installed there. */
  let home = '';
  let packed: string[] = [];
  let tarball = '';
  let store: UnpackedStore;

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'package-'));
    clone = await cloneHere(join(work, 'clone'));
    // npm before version 12 prints an array, later ones an object by package.
    const { stdout } = await npm(['pack', '--json', '--pack-destination', work], clone);
    const [{ filename, files }] = Packed.parse(Object.values(JSON.parse(stdout.slice(stdout.search(/^[[{]/m)))));
    tarball = join(work, filename);
    packed = files.map(({ path }) => path);
    home = join(work, 'home');
    mkdirSync(home);
    await npm(['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], home);
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

  it('holds every file that its README and the documents there link to', () => {
    const documents = ['README.md', ...linksOf('README.md', clone).filter((path) => path.startsWith('docs/'))];
    const links = documents.filter((path) => path.endsWith('.md')).flatMap((path) => linksOf(path, clone));
    expect(links.length).toBeGreaterThan(15);
    const isPacked = (link: string) => packed.some((path) => path === link || path.startsWith(`${link}/`));
    expect(links.filter((link) => !isPacked(link))).toEqual([]);
  });

  it('has nothing that publint would tell', async () => {
    const { messages } = await publint({ pkgDir: join(home, 'node_modules/openclaw-store-exporter'), strict: true });
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

/** With what was changed and not committed; modules are those of this repository. */
async function cloneHere(target: string): Promise<string> {
  await git(['clone', '--quiet', REPOSITORY, target], REPOSITORY);
  const changed = await git(['ls-files', '-z', '--modified', '--others', '--exclude-standard'], REPOSITORY);
  for (const path of changed.split('\0').filter((each) => each !== '')) {
    rmSync(join(target, path), { force: true });
    if (!existsSync(join(REPOSITORY, path))) continue;
    mkdirSync(dirname(join(target, path)), { recursive: true });
    copyFileSync(join(REPOSITORY, path), join(target, path));
  }
  symlinkSync(join(REPOSITORY, 'node_modules'), join(target, 'node_modules'));
  return target;
}

/** Paths in the repository that a document links to. */
function linksOf(document: string, root: string): string[] {
  const links = [...readFileSync(join(root, document), 'utf8').matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(
    ([, to = '']) => to,
  );
  return links
    .filter((link) => !link.includes('://'))
    .map((link) => normalize(join(dirname(document), link)).replace(/\/$/, ''));
}

async function git(args: readonly string[], cwd: string): Promise<string> {
  return (await run('git', args, { cwd })).stdout;
}

/** With the Node of the project, whatever the machine's own is. */
function npm(args: readonly string[], cwd: string) {
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
  return run('npm', args, { cwd, env: { ...process.env, PATH }, maxBuffer: 2 ** 26 });
}
