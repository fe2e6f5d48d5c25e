import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { KeptConfig } from '../../src/discover/config-file.ts';
import type { DatabaseHead } from '../../src/discover/database-head.ts';
import { type Discovery, discover, SAMPLE_MARKER } from '../../src/discover/discover.ts';
import type { RegistryFile } from '../../src/discover/registry.ts';
import { Kept } from '../../src/disk/kept.ts';
import { DEFAULT_CONFIG } from '../../src/openclaw/config/view.ts';
import { newFolder, putFile } from '../support/folder.ts';
import { asNobody } from '../support/nobody.ts';
import { parseConfig } from '../support/openclaw-config.ts';

const LAST_GOOD = parseConfig(`{ agents: { list: [{ id: 'ops' }] }, meta: { lastTouchedVersion: '2026.7.35' } }`);

interface Given {
  config?: string;
  /** Folders and, with an end that is no slash, files; all below the state directory. */
  paths?: string[];
}

function stateDirWith({ config, paths = [] }: Given): string {
  const stateDir = newFolder();
  for (const path of paths) {
    const full = join(stateDir, path);
    mkdirSync(path.endsWith('/') ? full : join(full, '..'), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(full, 'x');
  }
  // An hour old: what was written just now is read again, and so would be on a fast machine only.
  if (config !== undefined) putFile(join(stateDir, 'openclaw.json'), config, Date.now() - 3_600_000);
  return stateDir;
}

/** What is kept of a config does not ask which one was the last good one: in a scanner that is the same one. */
function nothing() {
  return {
    mappings: [],
    home: '/nobody',
    env: {},
    registry: new Kept<RegistryFile>(),
    heads: new Kept<DatabaseHead>(),
    visits: { enter: async () => undefined, isLeftAlone: () => false },
    keptConfig: new KeptConfig(),
  };
}

function find(stateDir: string, lastConfig: Discovery['config'] | null = null): Promise<Discovery> {
  return discover({ stateDir, configPath: join(stateDir, 'openclaw.json'), lastConfig, ...nothing() });
}

const INDEX = 'sessions/sessions.json';

interface AgentsCase extends Given {
  when: string;
  agents: string[];
}

describe('discover, the agents', () => {
  it.each<AgentsCase>([
    { when: 'there is only a config without any', config: '{}', agents: ['main'] },
    {
      when: 'there are only folders',
      paths: [`agents/ops/${INDEX}`, `agents/alpha/${INDEX}`],
      agents: ['main', 'alpha', 'ops'],
    },
    { when: 'the folder of agents is empty', paths: ['agents/'], agents: ['main'] },
    {
      when: 'the config lists them',
      config: `{ agents: { list: [{ id: 'ops' }, { id: 'alpha' }] } }`,
      agents: ['ops', 'alpha'],
    },
    {
      when: 'the config has entries',
      config: '{ agents: { entries: { ops: {}, alpha: {} } } }',
      agents: ['ops', 'alpha'],
    },
    {
      when: 'both have some',
      config: `{ agents: { list: [{ id: 'ops' }, { id: 'new' }] } }`,
      paths: [`agents/zeta/${INDEX}`, 'agents/ops/', `agents/main/${INDEX}`],
      agents: ['ops', 'new', 'main', 'zeta'],
    },
    {
      when: 'a listed name is no clean id',
      config: `{ agents: { list: [{ id: 'Main Bot' }] } }`,
      paths: ['agents/main-bot/'],
      agents: ['main-bot'],
    },
    {
      when: 'other things lie beside the folders',
      paths: [
        ...[`agents/ops/${INDEX}`, 'agents/notes.txt', 'agents/.cache/', 'agents/.DS_Store', 'agents/lost+found/'],
        ...['agents/@eaDir/SYNOINDEX', `agents/###/${INDEX}`, `agents/-/${INDEX}`, 'agents/old/sessions/x.jsonl'],
        ...['agents/spare/agent/models.json', `agents/deep/old/${INDEX}`],
      ],
      agents: ['main', 'ops'],
    },
  ])('when $when: $agents', async ({ agents, ...given }) => {
    const stateDir = stateDirWith(given);
    const found = await find(stateDir);
    expect(found).toMatchObject({ unreadable: null, stateDir, sample: false });
    expect(found.agents.map(({ agent }) => agent)).toEqual(agents);
    for (const { agent, indexPath, database } of found.agents) {
      expect(indexPath).toBe(join(stateDir, 'agents', agent, 'sessions/sessions.json'));
      expect(database).toBeNull();
    }
  });

  it('reads a folder whose name is no clean id where it lies', async () => {
    const stateDir = stateDirWith({ paths: [`agents/Main Bot/${INDEX}`] });
    expect((await find(stateDir)).agents.at(-1)).toMatchObject({
      agent: 'main-bot',
      indexPath: join(stateDir, 'agents/Main Bot/sessions/sessions.json'),
    });
  });

  it.each<[folder: string, agent: string]>([
    ['main.bak-20260901', 'main-bak-20260901'],
    ['.hidden', 'hidden'],
    ['MAIN', 'main'],
    ['Main Bot', 'main-bot'],
    ['lost+found', 'lost-found'],
  ])('takes a folder %j with a store in it for the agent %s, as the gateway does', async (folder, agent) => {
    const stateDir = stateDirWith({
      config: '{ agents: { list: [{ id: "a" }] } }',
      paths: [`agents/${folder}/${INDEX}`],
    });
    expect((await find(stateDir)).agents.map((each) => each.agent)).toEqual(['a', agent]);
  });

  it('names what it passes over', async () => {
    const paths = [`agents/ops/${INDEX}`, `agents/Ops/${INDEX}`, 'agents/old/sessions/x.jsonl', 'agents/lost+found/'];
    const nameless = [
      `agents/работа/${INDEX}`,
      'agents/客服/sessions/x.jsonl',
      `agents/-main-/${INDEX}`,
      'agents/###/',
    ];
    const stateDir = stateDirWith({ paths: [...paths, ...nameless, `elsewhere/${INDEX}`, 'agents/shut/'] });
    symlinkSync('../elsewhere', join(stateDir, 'agents/linked'));
    symlinkSync('gone', join(stateDir, 'agents/dangling'));
    symlinkSync('ops/sessions/sessions.json', join(stateDir, 'agents/file'));
    expect((await find(stateDir)).passedOver).toEqual([
      { folder: '-main-', why: 'nameless' },
      { folder: 'Ops', why: 'same_name' },
      { folder: 'linked', why: 'link' },
      { folder: 'old', why: 'transcripts' },
      { folder: 'работа', why: 'nameless' },
      { folder: '客服', why: 'nameless' },
    ]);
  });

  it('takes the folder with a store where several become a listed agent, and names the others with one', async () => {
    const stateDir = stateDirWith({
      config: '{ agents: { list: [{ id: "ops" }] } }',
      paths: ['agents/OPS/', `agents/OPs/${INDEX}`, `agents/Ops/${INDEX}`, 'agents/oPs/'],
    });
    const { agents, passedOver } = await find(stateDir);
    expect(agents.map(({ folder }) => basename(folder.home.path))).toEqual(['OPs']);
    expect(passedOver).toEqual([{ folder: 'Ops', why: 'same_name' }]);
  });

  it('looks once for the agent that shows where a configured store is, however many have none', async () => {
    const list = JSON.stringify(Array.from({ length: 200 }, (_, at) => ({ id: `a${at}` })));
    const stateDir = stateDirWith({
      config: `{ agents: { list: ${list} }, session: { store: "/gone/{agentId}/s.json" } }`,
    });
    let visited = 0;
    const visits = {
      isLeftAlone: () => false,
      async enter() {
        visited += 1;
      },
    };
    const configPath = join(stateDir, 'openclaw.json');
    const { agents } = await discover({ stateDir, configPath, lastConfig: null, ...nothing(), visits });
    expect(new Set(agents.map(({ problem }) => problem))).toEqual(new Set(['store_missing']));
    expect(visited).toBeLessThan(10 * 200);
  });

  it('looks at 5,000 folders, and at those behind them that the config lists', async () => {
    const stateDir = stateDirWith({
      config: '{ agents: { list: [{ id: "z-x" }] } }',
      paths: [
        ...Array.from({ length: 5001 }, (_, at) => `agents/a${at + 1000}/`),
        `agents/b/${INDEX}`,
        `agents/z.x/${INDEX}`,
      ],
    });
    const { agents, passedOver } = await find(stateDir);
    expect(agents.map(({ agent, folder }) => [agent, basename(folder.home.path)])).toEqual([['z-x', 'z.x']]);
    expect(passedOver).toEqual([{ folder: 'a6000', why: 'too_many' }]);
  });

  it('finds their databases', async () => {
    const stateDir = stateDirWith({ paths: ['agents/ops/agent/openclaw-agent.sqlite', `agents/old/${INDEX}`] });
    expect((await find(stateDir)).agents).toMatchObject([
      { agent: 'main', database: null },
      { agent: 'old', database: null },
      {
        agent: 'ops',
        database: {
          path: join(stateDir, 'agents/ops/agent/openclaw-agent.sqlite'),
          root: stateDir,
          problem: null,
        },
      },
    ]);
  });
});

describe('discover, the config', () => {
  it('is OpenClaw’s own when there is none', async () => {
    const found = await find(stateDirWith({ paths: ['agents/'] }), LAST_GOOD);
    expect(found).toMatchObject({ configValid: true, configError: null, config: DEFAULT_CONFIG });
  });

  it('is what stands there', async () => {
    const found = await find(
      stateDirWith({ config: `{ meta: { lastTouchedVersion: '2026.2.6-3' } } // JSON5` }),
      LAST_GOOD,
    );
    expect(found).toMatchObject({ configValid: true, configError: null, config: { version: '2026.2.6-3' } });
  });

  it.each(['{', '', '[]', 'null', '{ agents: }', 'x'])('is the last good one when it is %j', async (config) => {
    const stateDir = stateDirWith({ config, paths: [`agents/alpha/${INDEX}`] });
    const found = await find(stateDir, LAST_GOOD);
    expect(found).toMatchObject({ configValid: false, config: LAST_GOOD, unreadable: null });
    expect(found.configError).toBeTruthy();
    expect(found.configError).not.toContain(stateDir);
    expect(found.agents.map(({ agent }) => agent)).toEqual(['ops', 'alpha']);
    // None was ever good: OpenClaw's defaults, and no word about where sessions belong.
    expect(await find(stateDir)).toMatchObject({ configValid: false, config: { ...DEFAULT_CONFIG, routing: null } });
  });

  it('is what can be read of it when a part has the wrong shape', async () => {
    const found = await find(
      stateDirWith({ config: `{ agents: [{ id: 'a' }], session: { store: '/s' } }` }),
      LAST_GOOD,
    );
    expect(found).toMatchObject({ configValid: false, configError: null });
    expect(found.config).toMatchObject({ sessionStore: '/s', routing: null, listsAgents: false, dropped: ['agents'] });
  });

  it.each<[what: string, make: (path: string) => void]>([
    ['a folder', (path) => mkdirSync(path)],
    ['a FIFO', (path) => execFileSync('mkfifo', [path])],
    ['a device', (path) => symlinkSync('/dev/zero', path)],
  ])('is the last good one when it is %s', async (_, make) => {
    const stateDir = stateDirWith({ paths: ['agents/'] });
    make(join(stateDir, 'openclaw.json'));
    expect(await find(stateDir, LAST_GOOD)).toMatchObject({ configValid: false, config: LAST_GOOD, unreadable: null });
  });

  it('may lie elsewhere, also behind a link', async () => {
    const elsewhere = stateDirWith({ config: `{ agents: { list: [{ id: 'far' }] } }` });
    const stateDir = stateDirWith({ paths: [`agents/ops/${INDEX}`] });
    symlinkSync(join(elsewhere, 'openclaw.json'), join(stateDir, 'link.json'));
    for (const configPath of [join(elsewhere, 'openclaw.json'), join(stateDir, 'link.json')]) {
      const found = await discover({ stateDir, configPath, lastConfig: null, ...nothing() });
      expect(found.agents.map(({ agent }) => agent)).toEqual(['far', 'ops']);
    }
  });
});

describe('discover, the state directory', () => {
  it('is missing', async () => {
    const stateDir = join(stateDirWith({}), 'gone');
    expect(await find(stateDir, LAST_GOOD)).toMatchObject({ unreadable: 'missing', agents: [], stateDir });
  });

  it('is a file, or lies below one', async () => {
    const file = join(stateDirWith({ paths: ['notes.txt'] }), 'notes.txt');
    expect(await find(file)).toMatchObject({ unreadable: 'no_folder', agents: [] });
    expect(await find(join(file, 'state'))).toMatchObject({ unreadable: 'missing', agents: [] });
  });

  it.each<Given>([{}, { paths: ['notes.txt'] }, { paths: ['state/openclaw.sqlite', 'cron/'] }])(
    'is empty: %j',
    async (given) => {
      expect(await find(stateDirWith(given))).toMatchObject({ unreadable: 'empty', agents: [], stateDirBelow: null });
    },
  );

  it.each([
    [{ paths: ['state/agents/'] }, 'state'],
    [{ paths: ['.openclaw/openclaw.json', 'Documents/'] }, '.openclaw'],
    [{ paths: ['a/agents', 'b/c/agents/', 'openclaw/notes.txt'] }, null],
  ])('is empty, and may be the one in it: %j', async (given, stateDirBelow) => {
    expect(await find(stateDirWith(given))).toMatchObject({ unreadable: 'empty', stateDirBelow });
  });

  it('is not empty when only its config lies elsewhere', async () => {
    const { configPath, stateDir } = {
      configPath: join(stateDirWith({ config: '{}' }), 'openclaw.json'),
      stateDir: stateDirWith({}),
    };
    expect(await discover({ stateDir, configPath, lastConfig: null, ...nothing() })).toMatchObject({
      unreadable: null,
      agents: [{ agent: 'main' }],
    });
  });

  it('is closed to us, as a whole or its agents', async () => {
    const whole = stateDirWith({ paths: ['agents/'] });
    const agents = stateDirWith({ paths: ['agents/ops/'] });
    chmodSync(whole, 0o000);
    chmodSync(agents, 0o755);
    chmodSync(join(agents, 'agents'), 0o000);
    onTestFinished(() => {
      chmodSync(join(agents, 'agents'), 0o755);
      chmodSync(whole, 0o755);
    });
    await asNobody(async () => {
      expect(await find(whole)).toMatchObject({ unreadable: 'denied', agents: [] });
      expect(await find(agents)).toMatchObject({ unreadable: 'denied', agents: [] });
    });
  });

  it('is given by a link and told as a real path', async () => {
    const stateDir = stateDirWith({ paths: ['agents/ops/'] });
    const link = join(stateDirWith({}), 'link');
    symlinkSync(stateDir, link);
    expect(await find(link)).toMatchObject({ stateDir, unreadable: null });
  });

  it('is a sample when the marker lies in it', async () => {
    expect((await find(stateDirWith({ paths: ['agents/', SAMPLE_MARKER] }))).sample).toBe(true);
    expect((await find(stateDirWith({ paths: ['agents/', `agents/${SAMPLE_MARKER}`] }))).sample).toBe(false);
  });
});
