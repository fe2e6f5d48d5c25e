import { join } from 'node:path';
import { loadSettings } from '../../src/config.ts';
import { serve } from '../../src/serve.ts';

/** `serve` with the scanning process of blocking-child.ts. */
process.exitCode = await serve(loadSettings('serve', process.argv.slice(2), process.env), {
  childPath: join(import.meta.dirname, 'blocking-child.ts'),
});
