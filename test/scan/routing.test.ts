import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readableAgents } from '../../src/model/snapshot.ts';
import type { ScanResult } from '../../src/scan/scanner.ts';
import { parsePolicy } from '../../src/settings/policy.ts';
import { seriesOf } from '../support/exposition.ts';
import { routingFindings, scanned, stateOf } from '../support/routed.ts';
import { testScanner } from '../support/scan.ts';
import { parsed } from '../support/scans.ts';
import { NOW } from '../support/sessions.ts';
import { createState } from '../support/state.ts';

const AGENTS = { list: [{ id: 'main', default: true }, { id: 'work' }, { id: 'family' }] };
const BINDINGS = [
  { agentId: 'work', match: { channel: 'telegram', peer: { kind: 'direct', id: '111' } } },
  { agentId: 'family', match: { channel: 'telegram', peer: { kind: 'group', id: '-1001' } } },
  { agentId: 'work', match: { channel: 'discord', guildId: '900', roles: ['r1'] } },
  { agentId: 'work', match: { channel: 'slack', teamId: 'T1' } },
  { agentId: 'family', match: { channel: 'discord', peer: { kind: 'channel', id: '7000' } } },
];

function config(version: string, changes: object = {}): object {
  return { meta: { lastTouchedVersion: version }, agents: AGENTS, bindings: BINDINGS, ...changes };
}

/** All series of a first scan, by name and labels. */
function allSeries({ rendered }: ScanResult): Record<string, number> {
  const families = parsed(rendered);
  return Object.fromEntries(
    [...families.keys()].flatMap((name) =>
      Object.entries(seriesOf(families, name)).map(([labels, value]) => [`${name}{${labels}}`, value]),
    ),
  );
}

/** The series of routing that are not 0. */
function routingSeries(result: ScanResult): Record<string, number> {
  const pattern = /^openclaw_store_(duplicate|stray|collision|undecided)_sessions|^openclaw_store_session_finding/;
  const entries = Object.entries(allSeries(result)).filter(([name, value]) => pattern.test(name) && value !== 0);
  return Object.fromEntries(entries.map(([name, value]) => [name.replace('openclaw_store_', ''), value]));
}

/** What a config can say nothing about: every series of a session but its findings. */
function otherFigures(result: ScanResult): Record<string, number> {
  const isOther = ([name]: [string, number]) =>
    /^openclaw_store_session_/.test(name) && !name.startsWith('openclaw_store_session_finding');
  return Object.fromEntries(Object.entries(allSeries(result)).filter(isOther));
}

describe('a state directory of files', () => {
  it('has its strays, duplicates, collisions and undecided sessions, and no others', async () => {
    const dir = stateOf(config('2026.7.35'), {
      main: {
        'agent:main:main': {},
        main: {},
        'agent:main:telegram:direct:111': {},
        'agent:main:telegram:direct:222': {},
        'agent:main:telegram:group:-1001:topic:4': {},
        'agent:main:discord:channel:7001': { space: '900' },
        'agent:main:slack:channel:c1': { space: 'T2' },
        'agent:main:one': { sessionId: 'shared' },
        'agent:main:two': { sessionId: 'shared' },
        'agent:family:notes': {},
      },
      work: { 'agent:work:main': {}, 'agent:work:telegram:direct:111': {}, 'agent:work:cron:daily': {} },
      scribe: { 'agent:scribe:hook:1': {} },
    });
    writeFileSync(join(dir, 'agents/main/sessions/shared.jsonl'), '{"type":"session","id":"shared"}\n');
    const result = await scanned(dir);
    expect(routingFindings(result)).toEqual([
      'main agent:family:notes: stray wrong_store family',
      'main agent:main:discord:channel:7001: undecided',
      'main agent:main:main: duplicate alias',
      'main agent:main:one: collision',
      'main agent:main:telegram:direct:111: duplicate cross_agent work',
      'main agent:main:telegram:direct:111: stray binding work',
      'main agent:main:telegram:group:-1001:topic:4: stray binding family',
      'main agent:main:two: collision',
      'main main: duplicate alias',
      'scribe agent:scribe:hook:1: stray unlisted_agent',
      'work agent:work:telegram:direct:111: duplicate cross_agent work',
    ]);
    const finding = (agent: string, session: string, kind: string, rest: string) =>
      `session_finding{agent="${agent}",session="${session}",kind="${kind}",${rest}}`;
    const topic = 'agent:main:telegram:group:-1001:topic:4';
    expect(routingSeries(result)).toEqual({
      'duplicate_sessions{agent="main",reason="cross_agent"}': 1,
      'duplicate_sessions{agent="main",reason="alias"}': 2,
      'duplicate_sessions{agent="work",reason="cross_agent"}': 1,
      'stray_sessions{agent="main",reason="binding"}': 2,
      'stray_sessions{agent="main",reason="wrong_store"}': 1,
      'stray_sessions{agent="scribe",reason="unlisted_agent"}': 1,
      'collision_sessions{agent="main"}': 2,
      'undecided_sessions{agent="main"}': 1,
      [finding('main', 'agent:family:notes', 'other', 'finding="stray",reason="wrong_store",expected_agent="family"')]:
        1,
      [finding('main', 'agent:main:main', 'main', 'finding="duplicate",reason="alias",expected_agent=""')]: 1,
      [finding('main', 'main', 'main', 'finding="duplicate",reason="alias",expected_agent=""')]: 1,
      [finding('main', 'agent:main:one', 'other', 'finding="collision",reason="",expected_agent=""')]: 1,
      [finding('main', 'agent:main:two', 'other', 'finding="collision",reason="",expected_agent=""')]: 1,
      [finding('main', topic, 'group', 'finding="stray",reason="binding",expected_agent="family"')]: 1,
      [finding('scribe', 'agent:scribe:hook:1', 'hook', 'finding="stray",reason="unlisted_agent",expected_agent=""')]:
        1,
      ...Object.fromEntries(
        [
          finding(
            'main',
            'agent:main:telegram:direct:111',
            'dm',
            'finding="stray",reason="binding",expected_agent="work"',
          ),
          ...['main', 'work'].map((agent) =>
            finding(
              agent,
              `agent:${agent}:telegram:direct:111`,
              'dm',
              'finding="duplicate",reason="cross_agent",expected_agent="work"',
            ),
          ),
        ].map((name) => [name, 1]),
      ),
    });
  });

  it('that agents share has no key in the wrong store, and a stray all the same', async () => {
    const dir = stateOf(config('2026.7.35', { session: { store: 'shared/sessions.json' } }), {});
    const keys = ['agent:main:main', 'agent:work:main', 'agent:family:telegram:direct:111', 'agent:lost:notes'];
    mkdirSync(join(dir, 'shared'));
    const entries = keys.map((key, at) => [
      key,
      { sessionId: `s-${at}`, updatedAt: NOW, origin: { accountId: 'default' } },
    ]);
    writeFileSync(join(dir, 'shared/sessions.json'), JSON.stringify(Object.fromEntries(entries)));
    expect(routingFindings(await scanned(dir))).toEqual([
      'family agent:family:telegram:direct:111: stray binding work',
    ]);
  });

  it('of a version whose rules nobody knows has undecided sessions, and no stray by binding', async () => {
    const dir = stateOf(config('2027.1.1'), {
      main: { 'agent:main:telegram:direct:111': {}, 'agent:main:main': {} },
      work: { 'agent:work:telegram:direct:111': {} },
    });
    expect(routingFindings(await scanned(dir))).toEqual([
      'main agent:main:telegram:direct:111: duplicate cross_agent',
      'main agent:main:telegram:direct:111: undecided',
      'work agent:work:telegram:direct:111: duplicate cross_agent',
      'work agent:work:telegram:direct:111: undecided',
    ]);
  });
});

describe('a state directory of databases', () => {
  const room = (peerId: string, routeContext: object) => ({
    window: { channel: 'discord', accountId: 'default', chatType: 'channel', peerId, threadId: peerId, routeContext },
  });

  it.each([19, 21, 23] as const)('has its findings by the record of OpenClaw: schema %d', async (schema) => {
    const sessions = {
      'agent:main:main': {},
      'agent:main:telegram:direct:111': {},
      'agent:main:discord:channel:7100': room('7100', { guildId: '901', parentPeerId: '7000' }),
      'agent:main:discord:channel:7200': room('7200', { guildId: '901' }),
      'agent:main:discord:channel:7300': room('7300', { guildId: '900' }),
      'agent:main:slack:direct:u1': {
        window: { channel: 'slack', peerId: 'U1', routeContext: { teamId: 'T1' } },
      },
      'agent:main:slack:direct:u2': { window: { channel: 'slack', peerId: 'U2' } },
      'agent:main:notes': {
        window: { createdMs: NOW - 3000 },
        otherWindows: [{ sessionId: 'twin', createdMs: NOW - 5000 }],
      },
      'agent:main:cron:daily': {
        window: { createdMs: NOW - 3000 },
        otherWindows: [{ sessionId: 'twin-of-cron', createdMs: NOW - 5000 }],
      },
    };
    const { dir } = createState({
      config: config('2026.9.6'),
      agents: {
        main: { database: { schema, sessions } },
        work: { database: { schema, sessions: { 'agent:work:telegram:direct:111': {} } } },
      },
    });
    expect(routingFindings(await scanned(dir))).toEqual([
      'main agent:main:discord:channel:7100: stray binding family',
      'main agent:main:discord:channel:7300: undecided',
      'main agent:main:notes: collision',
      'main agent:main:slack:direct:u1: stray binding work',
      'main agent:main:slack:direct:u2: undecided',
      'main agent:main:telegram:direct:111: duplicate cross_agent work',
      'main agent:main:telegram:direct:111: stray binding work',
      'work agent:work:telegram:direct:111: duplicate cross_agent work',
    ]);
  });

  it('does not believe a record that is outdated', async () => {
    const outdated = { routeContext: { guildId: '901', parentPeerId: '7000' }, observedMs: 1 };
    const window = { ...room('7100', {}).window, ...outdated };
    const sessions = { 'agent:main:discord:channel:7100': { window } };
    const { dir } = createState({ config: config('2026.9.6'), agents: { main: { database: { sessions } } } });
    expect(routingFindings(await scanned(dir))).toEqual(['main agent:main:discord:channel:7100: undecided']);
  });

  it('is judged by its own version, not by that of the config', async () => {
    const wildcard = [{ agentId: 'work', match: { channel: 'telegram', peer: { kind: 'direct', id: '*' } } }];
    const { dir } = createState({
      config: config('2026.2.6-3', { bindings: wildcard }),
      agents: { main: { database: { sessions: { 'agent:main:telegram:direct:5': {} } } } },
    });
    expect(routingFindings(await scanned(dir))).toEqual(['main agent:main:telegram:direct:5: stray binding work']);
  });
});

describe('a bad config', () => {
  const SESSIONS = {
    main: { 'agent:main:main': {}, 'agent:main:telegram:direct:111': { totalTokens: 60_000 } },
    work: { 'agent:work:telegram:direct:111': {}, 'agent:work:discord:channel:7001': { space: '900' } },
  };
  /** Of the bindings below, those in which every part that is read has its shape. */
  const WELL_SHAPED = new Set([
    'null',
    'a list of nothing',
    'to an agent that is not there',
    'a thousand times the same',
  ]);
  const deep = (depth: number): object => (depth === 0 ? {} : { match: deep(depth - 1) });

  it.each<[string, unknown]>([
    ['an object', { agentId: 'work', match: { channel: 'telegram' } }],
    ['a text', 'telegram'],
    ['a number', 5],
    ['null', null],
    ['true', true],
    ['a list of nothing', []],
    ['a list of no bindings', [null, 5, 'telegram', true, [], [{}]]],
    ['without a match', [{ agentId: 'work' }]],
    ['with an empty match', [{ agentId: 'work', match: {} }]],
    [
      'with a match that is none',
      [
        { agentId: 'work', match: 'telegram' },
        { agentId: 'work', match: [] },
      ],
    ],
    ['without an agent', [{ match: { channel: 'telegram' } }]],
    ['with an agent that is no text', [{ agentId: { id: 'work' }, match: { channel: 'telegram' } }]],
    ['to an agent that is not there', [{ agentId: 'nobody', match: { channel: 'telegram' } }]],
    [
      'with fields that nobody knows',
      [{ agentId: 'work', x: 1, match: { channel: 'telegram', y: 2, peer: { z: 3 } } }],
    ],
    [
      'with names of Object',
      [{ agentId: '__proto__', match: { channel: 'constructor', peer: { kind: 'toString', id: '__proto__' } } }],
    ],
    ['with a peer that is none', [{ agentId: 'work', match: { channel: 'telegram', peer: '111' } }]],
    ['with roles that are none', [{ agentId: 'work', match: { channel: 'discord', guildId: '900', roles: 'r1' } }]],
    ['with ids of wrong types', [{ agentId: 'work', match: { channel: 5, accountId: {}, guildId: [], teamId: true } }]],
    ['nested', [deep(200)]],
    ['a thousand times the same', Array.from({ length: 1000 }, () => BINDINGS[0])],
  ])('with bindings that are %s loses no figure of a session', async (name, bindings) => {
    const good = otherFigures(await scanned(stateOf(config('2026.7.35'), SESSIONS)));
    expect(Object.keys(good).length).toBeGreaterThan(20);
    const result = await scanned(stateOf(config('2026.7.35', { bindings }), SESSIONS));
    expect(result.snapshot.configValid).toBe(WELL_SHAPED.has(name));
    expect(result.checks.filter(({ success }) => !success)).toEqual([]);
    expect(otherFigures(result)).toEqual(good);
  });

  it.each<[string, object]>([
    ['broadcast', { broadcast: 'all' }],
    [
      'broadcast',
      { broadcast: { '1@g.us': 'work', '2@g.us': { agents: 5 }, strategy: 'parallel', '3@g.us': [null, {}] } },
    ],
    ['channels', { channels: { telegram: 'on', discord: { guilds: [] }, whatsapp: null } }],
    [
      'topics',
      {
        channels: {
          telegram: { groups: { '-1': { topics: { 1: 'work', 2: { agentId: {} } } }, '-2': [] }, accounts: [] },
        },
      },
    ],
    ['identity links', { session: { identityLinks: { ada: 'telegram:111', bo: [null, {}, 5], '': ['telegram:'] } } }],
    ['identity links', { session: { identityLinks: [], dmScope: {} } }],
    ['owners', { agents: { ...AGENTS, ownership: {}, defaults: { systemAgent: 'work' } } }],
  ])('with %s that are none loses no figure of a session: %j', async (_, changes) => {
    const good = otherFigures(await scanned(stateOf(config('2026.7.35'), SESSIONS)));
    const result = await scanned(stateOf(config('2026.7.35', changes), SESSIONS));
    expect(result.checks.filter(({ success }) => !success)).toEqual([]);
    expect(otherFigures(result)).toEqual(good);
  });

  it.each([
    ['a cycle of includes', '{ $include: "./other.json5" }'],
    ['an include that is not there', '{ $include: "./nowhere.json5" }'],
    ['no JSON', '{ "bindings": ['],
    ['a list', '[]'],
  ])('that is %s loses no figure of a session', async (_, text) => {
    const good = otherFigures(await scanned(stateOf(config('2026.7.35'), SESSIONS)));
    const dir = stateOf(text, SESSIONS);
    writeFileSync(join(dir, 'other.json5'), '{ bindings: [], $include: "./openclaw.json" }');
    const result = await scanned(dir);
    expect(result.snapshot.configValid).toBe(false);
    expect(result.checks.filter(({ success }) => !success)).toEqual([]);
    expect(otherFigures(result)).toEqual(good);
  });

  it('after a good one changes nothing: the good one is in force', async () => {
    const dir = stateOf(config('2026.7.35'), SESSIONS);
    const scanner = testScanner(dir, { now: () => NOW, settings: { salt: null } });
    const before = routingFindings(await scanner.quick());
    expect(before).toContain('main agent:main:telegram:direct:111: stray binding work');
    writeFileSync(join(dir, 'openclaw.json'), '{ $include: "./openclaw.json" }');
    const after = await scanner.quick();
    expect(after.snapshot.configValid).toBe(false);
    expect(routingFindings(after)).toEqual(before);
  });

  it('is read as a good one where a chain of includes ends', async () => {
    const dir = stateOf('{ $include: ["./agents.json5", "./bindings.json5"] }', SESSIONS);
    const { bindings, ...rest } = { ...config('2026.7.35'), bindings: BINDINGS };
    writeFileSync(join(dir, 'agents.json5'), JSON.stringify(rest));
    writeFileSync(join(dir, 'bindings.json5'), JSON.stringify({ bindings }));
    const plain = routingFindings(await scanned(stateOf(config('2026.7.35'), SESSIONS)));
    expect(routingFindings(await scanned(dir))).toEqual(plain);
  });
});

describe('a change', () => {
  const WITHOUT = { bindings: BINDINGS.slice(1) };
  const STRAY = 'main agent:main:telegram:direct:111: stray binding work';

  it('of the bindings alone is seen by the next quick scan, and its end too', async () => {
    const dir = stateOf(config('2026.7.35', WITHOUT), { main: { 'agent:main:telegram:direct:111': {} } });
    const scanner = testScanner(dir, { now: () => NOW, settings: { salt: null } });
    const seen: string[][] = [];
    for (const changes of [WITHOUT, {}, WITHOUT]) {
      writeFileSync(join(dir, 'openclaw.json'), JSON.stringify(config('2026.7.35', changes)));
      const result = await scanner.quick();
      expect(result.rendered).not.toBeNull();
      seen.push(routingFindings(result));
    }
    expect(seen).toEqual([[], [STRAY], []]);
  });

  it('of the sessions alone is seen too: the second of a pair makes both a duplicate', async () => {
    const state = createState({
      config: config('2026.7.35'),
      agents: { work: { index: { 'agent:work:telegram:direct:111': {} } } },
    });
    const scanner = testScanner(state.dir, { now: () => NOW, settings: { salt: null } });
    expect(routingFindings(await scanner.quick())).toEqual([]);
    state.addSession('agent:main:telegram:direct:111');
    expect(routingFindings(await scanner.quick())).toEqual([
      'main agent:main:telegram:direct:111: duplicate cross_agent work',
      STRAY,
      'work agent:work:telegram:direct:111: duplicate cross_agent work',
    ]);
  });
});

describe('the ignore list', () => {
  const PAIR = ['111', '222'].flatMap((peer) => ['main', 'work'].map((agent) => [agent, peer] as const));
  const sessionsOf = (wanted: string) =>
    Object.fromEntries(
      PAIR.filter(([agent]) => agent === wanted).map(([agent, peer]) => [`agent:${agent}:telegram:direct:${peer}`, {}]),
    );
  const state = () => stateOf(config('2026.7.35'), { main: sessionsOf('main'), work: sessionsOf('work') });
  const policyOf = (yaml: string) => ({ settings: { policy: parsePolicy(parse(yaml)).policy } });

  /** The series that only one of two scans has, or has with another value. */
  function difference(before: Record<string, number>, after: Record<string, number>): Record<string, unknown> {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
      (name) => before[name] !== after[name],
    );
    return Object.fromEntries(names.map((name) => [name.replace('openclaw_store_', ''), [before[name], after[name]]]));
  }

  it('takes an intended duplicate out of every figure but its own count, and nothing else', async () => {
    const dir = state();
    const before = await scanned(dir);
    const policy = policyOf("ignore: [{ session: '*:telegram:direct:111', findings: [duplicate] }]");
    const after = await scanned(dir, policy);
    const series = (agent: string) =>
      `session_finding{agent="${agent}",session="agent:${agent}:telegram:direct:111",kind="dm",finding="duplicate",reason="cross_agent",expected_agent="work"}`;
    expect(difference(allSeries(before), allSeries(after))).toEqual({
      'duplicate_sessions{agent="main",reason="cross_agent"}': [2, 1],
      'duplicate_sessions{agent="work",reason="cross_agent"}': [2, 1],
      'ignored_findings{agent="main",finding="duplicate"}': [undefined, 1],
      'ignored_findings{agent="work",finding="duplicate"}': [undefined, 1],
      [series('main')]: [1, undefined],
      [series('work')]: [1, undefined],
    });
    // The stray of the same session is still one.
    expect(routingFindings(after)).toContain('main agent:main:telegram:direct:111: stray binding work');
  });

  it('that names one agent is no reason for a finding in the other one', async () => {
    const policy = policyOf("ignore: [{ agent: work, session: '*:111', findings: [duplicate] }]");
    const result = await scanned(state(), policy);
    expect(readableAgents(result.snapshot).map(({ agent, ignored }) => [agent, ignored])).toEqual([
      ['main', {}],
      ['work', { duplicate: 1 }],
      ['family', {}],
    ]);
    expect(routingFindings(result)).not.toContain('main agent:main:telegram:direct:111: duplicate cross_agent work');
  });
});
