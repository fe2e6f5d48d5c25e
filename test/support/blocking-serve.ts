import { join } from 'node:path';
import { serve } from '../../src/serve.ts';
import { loadSettings } from '../../src/settings/settings.ts';

/** `serve` with the scanning process of blocking-child.ts. */
const load = () => loadSettings('serve', process.argv.slice(2), process.env);

process.exitCode = await serve(load(), load, {
  childPath: join(import.meta.dirname, 'blocking-child.ts'),
});
