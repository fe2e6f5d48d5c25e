import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeDatabase } from '../../demo/database.ts';
import { newFolder } from '../support/folder.ts';
import { testScanner } from '../support/scan.ts';

it('takes the version of a config without one from the database: its defaults and what it heeds follow from it', async () => {
  const stateDir = newFolder();
  // 2026.9.6 leaves a config that was written by hand as it is.
  writeFileSync(join(stateDir, 'openclaw.json'), '{ agents: { defaults: { contextTokens: 50000 } } }');
  writeDatabase({
    path: join(stateDir, 'agents/main/agent/openclaw-agent.sqlite'),
    agent: 'main',
    version: '2026.9.6',
    sessions: [],
  });
  const { snapshot } = await testScanner(stateDir).quick();
  expect(snapshot.agents).toMatchObject([
    {
      agent: 'main',
      version: '2026.9.6',
      settings: { contextLimit: null, maintenanceEntries: 5000, maintenanceBytes: 10 * 1024 ** 3 },
    },
  ]);
});
