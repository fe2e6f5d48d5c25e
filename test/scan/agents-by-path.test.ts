import { expect, it } from 'vitest';
import { agentsByPath } from '../../src/scan/agents-by-path.ts';
import { aReading } from '../support/snapshot.ts';

it('an agent stands once at a path, however many of its sessions have one transcript', () => {
  const paths = Array.from({ length: 1000 }, () => '/sessions/one.jsonl');
  const agents = agentsByPath(
    [
      { agent: 'kin', database: { path: '/ops.sqlite' } },
      { agent: 'ops', database: { path: '/ops.sqlite' } },
      { agent: 'old', database: null },
    ],
    [
      aReading({ agent: 'ops', transcriptPaths: paths }),
      aReading({ agent: 'kin', transcriptPaths: ['/sessions/one.jsonl'] }),
    ],
  );
  expect([...agents].map(([path, all]) => [path, ...all])).toEqual([
    ['/ops.sqlite', 'kin', 'ops'],
    ['/sessions/one.jsonl', 'ops', 'kin'],
  ]);
});
