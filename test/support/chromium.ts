import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { arch, platform } from 'node:process';
import { ENGINES_FOLDER, findProgram } from '../../scripts/engines.ts';

/** What a Chromium must be started with. `env` is added to the environment. */
export type Browser = { path: string; env: Record<string, string> };

/** A Chromium that starts: $CHROME_PATH, else the one in node_modules (Linux x64), else an installed one. */
export function ensureBrowser(): Browser | { reason: string } {
  try {
    const browser = findBrowser();
    if (!browser) return { reason: 'no CHROME_PATH, no Chrome or Chromium in PATH, none in npm for this platform' };
    execFileSync(browser.path, ['--version'], { env: { ...process.env, ...browser.env }, stdio: 'pipe' });
    return browser;
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

function findBrowser(): Browser | undefined {
  if (process.env.CHROME_PATH) return { path: process.env.CHROME_PATH, env: {} };
  if (platform === 'linux' && arch === 'x64') return unpackedChromium();
  const path = findProgram(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']);
  return path ? { path, env: {} } : undefined;
}

function unpackedChromium(): Browser {
  const folder = join(ENGINES_FOLDER, `chromium-${packageVersion()}`);
  if (!existsSync(folder)) unpackTo(folder);
  return {
    path: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: join(folder, 'al2023/lib'), FONTCONFIG_PATH: folder },
  };
}

function packageVersion(): string {
  const manifest = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '../package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return version;
}

function unpackTo(folder: string): void {
  mkdirSync(ENGINES_FOLDER, { recursive: true });
  const work = mkdtempSync(join(ENGINES_FOLDER, 'unpacking-'));
  try {
    // A process of its own: the import unpacks to TMPDIR, and changes LD_LIBRARY_PATH for all that this one starts.
    // Without the AWS name it leaves out the system libraries that it brings.
    execFileSync(process.execPath, [join(import.meta.dirname, 'unpack-chromium.ts')], {
      env: { ...process.env, TMPDIR: work, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
      stdio: 'pipe',
    });
    writeFileSync(join(work, 'fonts.conf'), fontsConfig(folder));
    renameSync(work, folder);
  } catch (error) {
    // Another process was quicker: its result is as good.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

// The package's own file looks for its fonts in /tmp/fonts.
function fontsConfig(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/font-cache</cachedir></fontconfig>
`;
}
