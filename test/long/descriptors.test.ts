import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { writeDatabase } from '../../demo/database.ts';
import { storedSession } from '../support/sessions.ts';
import { createState } from '../support/state.ts';

const CHILD = join(import.meta.dirname, '../support/scarce-descriptors.ts');

function sessions(agent: string): Record<string, object> {
  const stale = { totalTokens: 999, totalTokensFresh: false };
  return { [`agent:${agent}:main`]: {}, [`agent:${agent}:telegram:direct:1`]: stale };
}

it('without descriptors nothing is told that is not so, and all is well again as soon as there are some', async () => {
  const usual = createState({
    agents: {
      main: { index: sessions('main') },
      ops: { index: sessions('ops') },
      desk: { database: { sessions: sessions('desk') } },
      // The old index still holds sessions.
      kin: { database: { sessions: sessions('kin') }, index: { ...sessions('kin'), 'agent:kin:old': {} } },
    },
    registry: { version: '2026.9.6', agents: [] },
  });
  const list = ['main', 'ops', 'desk', 'kin'].map((id) => ({ id }));
  const custom = createState({
    agents: {},
    config: { agents: { list }, session: { store: 'x/{agentId}/store.json' } },
  });
  for (const { id } of list) {
    const path = join(custom.dir, `x/${id}/store.${id}.sqlite`);
    writeDatabase({ path, agent: id, sessions: [storedSession(`agent:${id}:main`, `${id}-1`)] });
  }
  const command = `ulimit -n 64; exec "$0" "$@"`;
  const args = ['-c', command, process.execPath, CHILD, usual.dir, custom.dir];
  const { stdout } = await promisify(execFile)('bash', args, { env: { PATH: process.env.PATH } });
  expect(JSON.parse(stdout)).toEqual([]);
});
