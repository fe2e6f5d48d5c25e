import { join } from 'node:path';
import { loadSettings } from '../../src/config.ts';
import { serve } from '../../src/serve.ts';

/** `serve` with the scanning process of blocking-child.ts. */
const load = () => loadSettings('serve', process.argv.slice(2), process.env);

process.exitCode = await serve(load(), load, {
  childPath: join(import.meta.dirname, 'blocking-child.ts'),
});
