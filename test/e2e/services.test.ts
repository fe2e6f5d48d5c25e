import { execFile } from 'node:child_process';
import { copyFileSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { loadSettings } from '../../src/settings/settings.ts';
import { startBrowser } from '../support/browser.ts';
import { engine, needsEngine } from '../support/engines.ts';
import { newFolder } from '../support/folder.ts';

const run = promisify(execFile);
const REPOSITORY = join(import.meta.dirname, '../..');
const UNITS = globSync(join(REPOSITORY, 'deploy/systemd/*'));
const SERVICES = UNITS.filter((path) => path.endsWith('.service'));
/** Of `systemd-analyze security`, times ten: 15 is 1.5, where 2 and less is called OK. */
const MOST_EXPOSED = 15;

describe.skipIf(needsEngine('systemdAnalyze'))('deploy/systemd', () => {
  it.each(UNITS.map((path) => basename(path)))('%s is valid', async (name) => {
    expect(await verify(unitFolder(), name)).toBe('');
  });

  it('would not be valid with a key that systemd does not know', async () => {
    const folder = unitFolder();
    const path = join(folder, instance('openclaw-store-exporter@.service'));
    writeFileSync(path, readFileSync(path, 'utf8').replace('ProtectSystem=', 'ProtectSytem='));
    expect(await verify(folder, 'openclaw-store-exporter@.service')).toMatch(/Unknown key (?:name )?'ProtectSytem'/);
  });

  it.each(SERVICES.map((path) => basename(path)))('%s exposes little', async (name) => {
    const args = ['security', '--offline=true', `--threshold=${MOST_EXPOSED}`, `./${instance(name)}`];
    const { stdout } = await run('systemd-analyze', args, { cwd: unitFolder() });
    expect(stdout).toContain('Overall exposure level');
  });
});

describe('the services', () => {
  it('call the exporter with flags that it has', () => {
    const lines = SERVICES.map(
      (path) => /openclaw-store-exporter ((?:serve|scan|repair) .*)$/m.exec(readText(path))?.[1],
    );
    expect(lines).not.toContain(undefined);
    for (const line of lines) {
      const [command, ...flags] = (line ?? '').split(' ');
      if (command === 'serve' || command === 'scan' || command === 'repair')
        expect(() => loadSettings(command, flags, {})).not.toThrow();
    }
  });

  it('keep their salt in one place', () => {
    for (const path of SERVICES) expect(readText(path)).toContain('StateDirectory=openclaw-store-exporter/%i\n');
  });
});

describe.skipIf(needsEngine('browser'))('deploy/launchd', () => {
  it('is XML, and starts the exporter of its user', async () => {
    const [path = ''] = globSync(join(REPOSITORY, 'deploy/launchd/*.plist'));
    const browser = await startBrowser();
    try {
      const page = await browser.newPage();
      const read = await page.evaluate<{ errors: string[]; keys: string[]; words: string[] }>(`(() => {
        const found = new DOMParser().parseFromString(${JSON.stringify(readText(path))}, 'application/xml');
        const texts = (name) => [...found.querySelectorAll(name)].map((each) => each.textContent);
        return { errors: texts('parsererror'), keys: texts('plist > dict > key'), words: texts('array > string') };
      })()`);
      expect(read.errors).toEqual([]);
      expect(read.keys).toEqual(expect.arrayContaining(['Label', 'ProgramArguments', 'RunAtLoad', 'KeepAlive']));
      expect(read.words.at(-1)).toBe(
        'exec openclaw-store-exporter serve --openclaw.same-pid-namespace 2>> "$HOME/Library/Logs/openclaw-store-exporter.log"',
      );
      expect(basename(path)).toBe(`${/<string>(.*)<\/string>/.exec(readText(path))?.[1]}.plist`);
    } finally {
      await browser.close();
    }
  });
});

describe.skipIf(needsEngine('shellcheck'))('shell scripts', () => {
  it('have nothing that shellcheck would tell', async () => {
    const scripts = ['.ci/run', '.ci/base-images'].map((path) => join(REPOSITORY, path));
    await expect(run(engine('shellcheck'), ['--external-sources', ...scripts])).resolves.toMatchObject({ stdout: '' });
  });
});

/** The units as an administrator has them: each template with an instance. */
function unitFolder(): string {
  const folder = newFolder();
  for (const path of UNITS) {
    copyFileSync(path, join(folder, basename(path)));
    copyFileSync(path, join(folder, instance(basename(path))));
  }
  return folder;
}

function instance(name: string): string {
  return name.replace('@.', '@test.');
}

/** What systemd says of a unit. It ends with 0 whatever it says of keys. */
async function verify(folder: string, name: string): Promise<string> {
  const { stdout, stderr } = await run('systemd-analyze', ['verify', '--man=no', `./${instance(name)}`], {
    cwd: folder,
  });
  return stdout + stderr;
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}
