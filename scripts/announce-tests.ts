import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findEngines, missingEngines } from './engines.ts';

/** Says what `npm test` is about to do and how long that takes. */
const names = readdirSync(join(import.meta.dirname, '../test'), { recursive: true, encoding: 'utf8' });
const files = names.filter((name) => name.endsWith('.test.ts') && !/^(?:containers|long)\b/.test(name));
const engines = missingEngines(findEngines()).length === 0 ? '' : ', after the engines are fetched';

console.log(`lint, types, ${files.length} test files, real engines: about 4 minutes on two cores${engines}`);
