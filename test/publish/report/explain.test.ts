import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../../src/lines.ts';
import type { SnapshotSession } from '../../../src/model/snapshot.ts';
import { type ExplainOptions, explain, unreadAgents } from '../../../src/publish/report/explain.ts';
import { scanned, stateOf } from '../../support/routed.ts';
import { SALT } from '../../support/scan.ts';
import { NOW } from '../../support/sessions.ts';
import { allSessions, anAgent, anUnreadableAgent, aSnapshot, aTranscript, published } from '../../support/snapshot.ts';
import { createState } from '../../support/state.ts';

const AGENTS = { list: [{ id: 'main', default: true }, { id: 'work' }, { id: 'family' }] };
const FILES = { meta: { lastTouchedVersion: '2026.7.35' }, agents: AGENTS };
const TOPIC = 'agent:main:telegram:group:-1001:topic:7';
const ROOM = 'agent:main:discord:channel:7001';

const OPTIONS: ExplainOptions = {
  agent: null,
  'show-keys': false,
  labelOf: (key) => `label of ${key}`,
  indexPathOf: (agent) => `/state/agents/${agent}/sessions/sessions.json`,
  place: { flags: [], variables: [] },
  nowMs: NOW,
  width: 80,
};

/** What is explained of a key, or of a label, in a state directory. */
async function explained(
  dir: string,
  wanted: string,
  { salt = null, ...options }: Partial<ExplainOptions> & { salt?: Buffer | null } = {},
): Promise<string> {
  const { snapshot, config } = await scanned(dir, { settings: { salt } });
  return (
    explain(snapshot, config.routing, wanted, { ...OPTIONS, ...options }) ??
    expect.unreachable('there is no such session')
  );
}

/** The lines from one that begins so to the next empty one. */
function part(text: string, start: string): string[] {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => line.startsWith(start));
  if (from < 0) expect.unreachable(`no ${start}`);
  const rest = lines.slice(from);
  return rest.slice(0, rest.indexOf(''));
}

describe('an explanation', () => {
  it('of a stray has its conversation, every binding in the order of the tiers, and what to do', async () => {
    const bindings = [
      { agentId: 'family', match: { channel: 'telegram', accountId: '*' } },
      { agentId: 'family', type: 'acp', match: { channel: 'telegram' } },
      { agentId: 'work', match: { channel: 'telegram', peer: { kind: 'group', id: '-1001' } } },
      { match: { channel: 'discord', guildId: '900' } },
      { agentId: 'work', match: { channel: 'telegram', accountId: 'alpha' } },
      { agentId: 'work', match: {} },
    ];
    const dir = stateOf({ ...FILES, bindings }, { main: { [TOPIC]: {} } });
    expect(await explained(dir, TOPIC, { width: 120 })).toBe(`${TOPIC}, in the store of agent main
  label         ${TOPIC}
  kind          group
  tokens        700, 0 % of the window, from the index
  window        200,000; above 180,000 a compaction is due
  thresholds    50,000 tokens warning, 150,000 critical; 500,000 bytes of transcript
  last active   2026-11-23T23:50:00.000Z (10 min ago)
  transcript    335 bytes, 2 messages, 0 compactions, validated
    ${dir}/agents/main/sessions/main-0.jsonl
  findings      stray (binding), expected in work
  alerts        OpenClawSessionsStray (warning)

The conversation:
  channel       telegram
  account       default
  peer          group -1001:topic:7
  thread        7
  parent        group -1001
  guild         none
  team          none
  roles         none

The bindings, in the order in which OpenClaw 2026.7.35 tries them:
  bindings[2] -> work  binding.peer.parent  matched
  bindings[4] -> work  binding.account  other account
  bindings[0] -> family  binding.channel  hidden by an earlier one
  bindings[1] -> family  -  not a route
  bindings[3] -> (the default agent)  -  other channel
  bindings[5] -> work  -  never matches
  => work, by bindings[2], binding.peer.parent

What to do:
  New messages go to the expected agent, which starts without this history. Change the bindings if this agent should
    go on with it.
  See what else the agent holds, and what the bindings say:
    openclaw sessions --agent main --limit all --json
    openclaw agents bindings
  Or delete it: copy its transcript, which becomes …jsonl.deleted.… and is removed later; then, with the gateway
    running,
    openclaw gateway call sessions.delete --params '{"key":"${TOPIC}"}'
  Or take it out of the index, which leaves the transcript where it is; nothing is changed without --apply:
    openclaw-store-exporter repair --agent main --session ${TOPIC}
  If it is meant to be so, list it under \`ignore\` in the config file of the exporter.
`);
  });

  it('of what is undecided names what is not known', async () => {
    const bindings = [
      { agentId: 'work', match: { channel: 'discord', guildId: '900', roles: ['r1'] } },
      { agentId: 'family', match: { channel: 'discord', guildId: '900' } },
    ];
    const dir = stateOf({ ...FILES, bindings }, { main: { [ROOM]: { space: '900' } } });
    const text = await explained(dir, ROOM);
    expect(text).toContain('  findings      none\n');
    expect(part(text, 'The conversation:').slice(5)).toEqual([
      '  parent        none',
      '  guild         900',
      '  team          none',
      '  roles         NOT KNOWN (not stored)',
    ]);
    expect(part(text, 'The bindings').slice(1)).toEqual([
      '  bindings[0] -> work  binding.guild+roles  not known: roles',
      '  bindings[1] -> family  binding.guild  matched',
      '  => undecided, since this is not known: roles',
    ]);
    expect(part(text, 'What to do')[1]).toMatch(/^ {2}Its agent cannot be decided: /);
  });

  it('of what is decided names what is not known and does not matter', async () => {
    const bindings = [
      { agentId: 'main', match: { channel: 'discord', guildId: '900', roles: ['r1'] } },
      { agentId: 'main', match: { channel: 'discord', guildId: '900' } },
    ];
    const dir = stateOf({ ...FILES, bindings }, { main: { [ROOM]: { space: '900' } } });
    expect(part(await explained(dir, ROOM, { width: 120 }), 'The bindings').at(-1)).toBe(
      '  => main, by bindings[1], binding.guild (not known, and without effect: roles)',
    );
  });

  it('of a row has what OpenClaw recorded', async () => {
    const bindings = [{ agentId: 'work', match: { channel: 'discord', peer: { kind: 'channel', id: '7000' } } }];
    const config = { meta: { lastTouchedVersion: '2026.9.6' }, agents: AGENTS, bindings };
    const window = {
      ...{ channel: 'discord', accountId: 'default', chatType: 'channel', peerId: '7001', threadId: '7001' },
      routeContext: { peerId: '7001', guildId: '900', parentPeerId: '7000', memberRoleIds: ['r1'] },
    };
    const { dir } = createState({ config, agents: { main: { database: { sessions: { [ROOM]: { window } } } } } });
    const text = await explained(dir, ROOM);
    expect(text).toContain('stray (binding), expected in work');
    expect(part(text, 'The conversation:').slice(5, 7)).toEqual([
      '  parent        channel 7000',
      '  guild         900',
    ]);
    expect(part(text, 'The bindings')[0]).toBe('The bindings, in the order in which OpenClaw 2026.9.6 tries them:');
    expect(text).toContain(`    openclaw sessions archive --agent main --dry-run \\\n      ${ROOM}\n`);
  });

  it('of a conversation that OpenClaw refuses says so', async () => {
    const agents = { ownership: 'explicit', entries: { main: {}, work: {} } };
    const dir = stateOf(
      { meta: { lastTouchedVersion: '2026.9.6' }, agents },
      { main: { 'agent:main:telegram:direct:1': {} } },
    );
    const text = await explained(dir, 'agent:main:telegram:direct:1');
    expect(part(text, 'The bindings').slice(1)).toEqual([
      '  (the config has none)',
      '  => OpenClaw refuses to choose an agent (default)',
    ]);
    expect(part(text, 'What to do').slice(1)).toEqual(['  Nothing: there is no finding, and it is over no threshold.']);
  });

  it.each(['agent:main:main', 'agent:main:cron:daily', 'agent:main:openai:1', 'agent:main:project:group:alpha'])(
    'of %s says that it has no route',
    async (key) => {
      const text = await explained(stateOf(FILES, { main: { [key]: {} } }), key);
      expect(text).toContain('\nIts key has no route (main, cron, hook, subagent, acp, HTTP, a label)');
      expect(text).not.toContain('The conversation');
    },
  );

  it('of a key without a route has its other findings', async () => {
    const dir = stateOf(FILES, { main: { 'agent:work:notes': {} } });
    const text = await explained(dir, 'agent:work:notes');
    expect(text).toContain('  findings      stray (wrong_store), expected in work\n');
    expect(text).toContain('OpenClaw never looks for this key in this store');
  });

  it('of a name that may be several peers has the bindings once for each', async () => {
    const session = { identityLinks: { ada: ['telegram:1', 'telegram:2'] } };
    const bindings = [{ agentId: 'work', match: { channel: 'telegram', peer: { kind: 'direct', id: '1' } } }];
    const dir = stateOf({ ...FILES, session, bindings }, { main: { 'agent:main:telegram:direct:ada': {} } });
    expect(await explained(dir, 'agent:main:telegram:direct:ada')).toMatch(
      /is spelt 1:.*=> work.*is spelt 2:.*=> main/s,
    );
  });

  it('of an id whose letter case is not known has the bindings once for each spelling', async () => {
    const bindings = [{ agentId: 'work', match: { channel: 'slack', peer: { kind: 'channel', id: 'C042' } } }];
    const key = 'agent:main:slack:channel:c042';
    const text = await explained(stateOf({ ...FILES, bindings }, { main: { [key]: { space: 'T1' } } }), key);
    expect(part(text, 'The bindings').slice(1)).toEqual([
      "  if the peer's id is spelt c042:",
      '  bindings[0] -> work  binding.peer  other peer',
      '  => main, by default',
      "  if the peer's id is spelt C042:",
      '  bindings[0] -> work  binding.peer  matched',
      '  => work, by bindings[0], binding.peer',
    ]);
    const known = stateOf({ ...FILES, bindings }, { main: { [key]: { space: 'T1', groupId: 'C042' } } });
    expect(await explained(known, key)).not.toContain('is spelt');
  });

  it('names the agents that a broadcast sends to as well', async () => {
    const key = 'agent:work:whatsapp:group:1@g.us';
    const dir = stateOf({ ...FILES, broadcast: { '1@g.us': ['work', 'family'] } }, { work: { [key]: {} } });
    const text = await explained(dir, key);
    expect(part(text, 'The conversation:').at(-1)).toMatch(/^ {2}also sent to +work, family$/);
    expect(text).toContain('  findings      none\n');
  });

  it('of an unknown version says so', async () => {
    const dir = stateOf({ agents: AGENTS }, { main: { 'agent:main:telegram:direct:1': {} } });
    expect(await explained(dir, 'agent:main:telegram:direct:1')).toContain('OpenClaw (version unknown) tries them');
    const later = stateOf(
      { agents: AGENTS, meta: { lastTouchedVersion: '2027.1.1' } },
      { main: { 'agent:main:telegram:direct:1': {} } },
    );
    expect(await explained(later, 'agent:main:telegram:direct:1')).toContain(
      '  => undecided, since this is not known: version\n',
    );
  });
});

describe('the figures of an explanation', () => {
  function figures(session: Parameters<typeof published>[0], findings: SnapshotSession['findings'] = []): string {
    const whole = published({ key: 'agent:main:main', ...session }, { findings });
    return explain(aSnapshot({ agents: [anAgent({ sessions: [whole] })] }), null, 'agent:main:main', OPTIONS) ?? '';
  }

  it('stand beside their limits, with the severity of what is over one', () => {
    const text = figures({
      tokens: 250_000,
      tokensSource: 'transcript',
      window: 200_000,
      transcript: aTranscript(500_001),
    });
    expect(text).toContain('  tokens        250,000, 125 % of the window (critical), from the transcript\n');
    expect(text).toContain('  window        200,000\n');
    expect(text).toContain('  transcript    in the database, 500,001 bytes (large), 0 messages, 0\n');
  });

  it('say why tokens below their threshold are too many', () => {
    const text = figures({ tokens: 119_800, tokensSource: 'index', window: 128_000, effectiveWindow: 108_000 });
    expect(text).toContain('  tokens        119,800, 93 % of the window (compaction overdue), from the index\n');
    expect(part(text, 'What to do')[1]).toBe('  Its compaction is overdue.');
  });

  it('are judged as the rules do: every alert that they are part of, and that nobody is paged for what rests', () => {
    const alerts = (session: Parameters<typeof published>[0]) =>
      part(figures(session), '  alerts')
        .map((line) => line.trim())
        .join(' ');
    const overdue = { tokens: 185_000, window: 200_000, effectiveWindow: 180_000 };
    expect(alerts(overdue)).toMatch(
      /^alerts +OpenClawCompactionOverdue \(warning\), OpenClawSessionTokensHigh \(warning\)$/,
    );
    expect(alerts({ tokens: 250_000, lastActivityMs: NOW - 3_600_001 })).toMatch(
      /OpenClawSessionTokensHigh \(warning\); no page, since nobody used it for 60 minutes$/,
    );
    expect(alerts({})).toMatch(/^alerts +none$/);
  });

  it('have what the config file says to ignore apart from the findings', () => {
    const finding = { finding: 'stray', reason: 'binding', expectedAgent: 'work' } as const;
    const whole = published({ key: 'agent:main:main' }, { ignored: [finding] });
    const text = explain(aSnapshot({ agents: [anAgent({ sessions: [whole] })] }), null, 'agent:main:main', OPTIONS);
    expect(text).toContain('  findings      none\n  ignored       stray (binding), as the config file says\n');
    expect(figures({})).not.toContain('ignored');
  });

  it.each([
    ['missing', 'there is none'],
    ['unnamed', 'nothing says where it would be'],
    ['denied', 'this user may not read it'],
    ['unreadable', 'it cannot be read'],
  ] as const)('of a transcript that is %s', (state, words) => {
    expect(figures({ transcript: { state } })).toContain(`  transcript    ${words}`);
  });

  it('are not made up where nobody knows them', () => {
    const text = figures({ lastActivityMs: 1e300 });
    for (const name of ['tokens', 'window']) expect(text).toMatch(new RegExp(`^  ${name} +not known$`, 'm'));
    expect(text).toContain('a time that no calendar has');
  });
});

describe('what was not read', () => {
  it('names each agent with why, of those that are looked at', () => {
    const snapshot = aSnapshot({
      agents: [
        anAgent(),
        anUnreadableAgent({ agent: 'a', problems: ['index_empty'] }),
        anUnreadableAgent({ agent: 'b' }),
      ],
    });
    expect(unreadAgents(snapshot, null)).toBe(
      'Not read: agents a (index_empty), b (index_unreadable). Nothing is known of sessions there.',
    );
    expect(unreadAgents(snapshot, 'a')).toBe('Not read: agent a (index_empty). Nothing is known of sessions there.');
    expect(unreadAgents(snapshot, 'main')).toBeNull();
    const passedOver = [{ folder: 'ops', why: 'closed' }] as const;
    expect(unreadAgents(aSnapshot({ agents: [anAgent()], passedOver }), null)).toBe(
      'Not looked into, since this user may not enter: agents/ops.',
    );
  });
});

describe('the session that is explained', () => {
  it('is found by its label too', async () => {
    const dir = stateOf(FILES, { main: { 'agent:main:telegram:group:-1002:topic:7': {}, [TOPIC]: {} } });
    const { snapshot, config } = await scanned(dir, { settings: { salt: SALT } });
    const label = allSessions(snapshot).find(({ session }) => session.key === TOPIC)?.labels?.session ?? '';
    expect(label).toMatch(/^agent:main:telegram:group:[0-9a-f]{10}:topic:[0-9a-f]{10}$/);
    const text = explain(snapshot, config.routing, label, { ...OPTIONS, 'show-keys': true });
    expect(text).toBe(explain(snapshot, config.routing, TOPIC, OPTIONS));
    expect(text?.split('\n').slice(0, 2)).toEqual([`${TOPIC}, in the store of agent main`, `  label         ${label}`]);
  });

  it('found by its label shows no id that the label hides, and says how to see them', async () => {
    const key = 'agent:main:discord:channel:7001:thread:7002';
    const bindings = [
      { agentId: 'work', match: { channel: 'discord', accountId: '*', peer: { kind: 'channel', id: '7001' } } },
    ];
    const entry = { space: '9009', origin: { accountId: 'anna-account' } };
    const dir = stateOf({ ...FILES, bindings }, { main: { [key]: entry } });
    const { snapshot } = await scanned(dir, { settings: { salt: SALT } });
    const label = allSessions(snapshot)[0]?.labels?.session ?? '';
    const text = await explained(dir, label, { salt: SALT });
    for (const id of ['7001', '7002', '9009', 'anna-account']) expect(text).not.toContain(id);
    expect(text.split('\n').slice(0, 2)).toEqual([label, '    in the store of agent main']);
    expect(part(text, 'The conversation:')).toContain('  peer          channel (hidden)');
    expect(text).toContain(`--params '{"key":"KEY"}'`);
    expect(text.replace(/\n/g, ' ')).toContain(
      '--show-keys prints its key, which stands here as KEY, and all that is hidden.',
    );
    const open = await explained(dir, label, { salt: SALT, 'show-keys': true });
    for (const id of ['7001', '7002', '9009', 'anna-account']) expect(open).toContain(id);
    expect(open).not.toContain('KEY');
  });

  it('found by its label is said to have a key only where that or an id is hidden', () => {
    const session = published({ key: 'agent:main:hook:anna' }, { labels: { session: 'agent:main:hook:digest' } });
    const text = explain(
      aSnapshot({ agents: [anAgent({ sessions: [session] })] }),
      null,
      'agent:main:hook:digest',
      OPTIONS,
    );
    expect(text).toMatch(/\n\n--show-keys prints its key\.\n$/);
    expect(text).not.toMatch(/KEY\b/);
  });

  it.each([
    'agent:main:hook:digest',
    'agent:main:hook:digest in agent work',
    'agent:main\n    :hook:digest in agent work',
    'agent:main:hook:digest\n    in agent work',
    ' agent:main:hook:digest in agent work\n',
    'agent:main:hook:a\\u001bb',
    'agent:main:hook:a\\u001bb in agent work',
    'label of agent:main:hook:without-series in agent work',
  ])('is found as the table shows it: %j', (wanted) => {
    const sessions = [
      published({ key: 'agent:main:hook:a\u001bb' }, { labels: { session: 'agent:main:hook:digest' } }),
      published({ key: 'agent:main:hook:without-series' }, { labels: null }),
    ];
    const agents = [anAgent({ sessions: sessions.slice(0, 1) }), anAgent({ agent: 'work', sessions })];
    const text = explain(aSnapshot({ agents }), null, wanted, OPTIONS) ?? '';
    const isNamed = wanted.includes('in agent work');
    expect(text.match(/in the store of agent \w+/g)).toEqual([
      ...(isNamed ? [] : ['in the store of agent main']),
      'in the store of agent work',
    ]);
  });

  it('is found by its own key, whatever that looks like', () => {
    const key = 'agent:main:hook:x in agent work';
    const agents = [
      anAgent({ sessions: [published({ key })] }),
      anAgent({ agent: 'work', sessions: [published({ key: 'agent:main:hook:x' })] }),
    ];
    expect(explain(aSnapshot({ agents }), null, key, OPTIONS)).toContain(`${key}, in the store of agent main\n`);
  });

  it.each([40, 80])('fits %i columns, whatever it is called, but can be copied', async (width) => {
    const key = `agent:main:telegram:group:-1001${'2'.repeat(90)}:topic:7`;
    const bindings = [
      {
        agentId: 'w'.repeat(60),
        match: { channel: 'telegram', peer: { kind: 'group', id: `-1001${'2'.repeat(90)}` } },
      },
    ];
    const dir = stateOf({ ...FILES, bindings }, { main: { [key]: { totalTokens: 199_000 } } });
    const text = await explained(dir, key, { width });
    // A path that can be copied is whole, and has a line of its own.
    const path = `    ${dir}/agents/main/sessions/main-0.jsonl`;
    expect(text.split('\n')).toContain(path);
    expect(text.split('\n').filter((line) => line !== path && columnsOf(line) > width)).toEqual([]);
    expect(text.replace(/\n +/g, '')).toContain('OpenClawCompactionOverdue');
  });

  it('is each of those that have the key', async () => {
    const entries = { 'agent:main:notes': {} };
    const text = await explained(stateOf(FILES, { main: entries, work: entries }), 'agent:main:notes');
    expect(text.match(/^agent:main:notes, in the store of agent \w+$/gm)).toEqual([
      'agent:main:notes, in the store of agent main',
      'agent:main:notes, in the store of agent work',
    ]);
  });

  it.each(['agent:main:telegram', 'agent:main:telegram:group:-1001', '', '(no series)', '*'])(
    'is not there for %j',
    async (wanted) => {
      const { snapshot, config } = await scanned(stateOf(FILES, { main: { [TOPIC]: {} } }));
      expect(explain(snapshot, config.routing, wanted, OPTIONS)).toBeNull();
    },
  );
});

describe('a hostile text in the store', () => {
  const ESCAPES = "\u001b[2J\u009b31m\u0007\r\n'; rm -rf ~ #";

  it.each<[string, string, object]>([
    ['in a label', `agent:main:${ESCAPES}`, {}],
    ['as a peer', `agent:main:telegram:direct:${ESCAPES}`, {}],
    ['as a thread', `agent:main:slack:channel:c1:thread:${ESCAPES}`, { space: ESCAPES }],
    ['as an account', 'agent:main:telegram:direct:1', { origin: { accountId: ESCAPES } }],
    ['as an account in the key', `agent:main:telegram:${ESCAPES}:direct:1`, {}],
    ['as an agent', `agent:${ESCAPES}:notes`, {}],
    ['as an address', 'agent:main:slack:channel:c1', { origin: { accountId: 'default', from: `${ESCAPES}:C1` } }],
  ])('%s does nothing to the terminal', async (_, key, changes) => {
    const dir = stateOf(FILES, { scribe: { [key]: changes } });
    const text = await explained(dir, key);
    expect(text).toContain('unlisted_agent');
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    // Every line is one of ours: what is between two quotes of the shell ends before ours go on.
    const harmful = text.split('\n').filter((line) => line.startsWith("'; rm") && !/^'[^']*'\\?$/.test(line));
    expect(harmful).toEqual([]);
  });

  it.each([
    ['agent', [{ agentId: ESCAPES, match: { channel: 'telegram' } }]],
    ['channel', [{ agentId: 'work', match: { channel: ESCAPES } }]],
    ['peer', [{ agentId: 'work', match: { channel: 'telegram', peer: { kind: 'direct', id: ESCAPES } } }]],
  ])('in the %s of a binding does nothing to it either', async (_, bindings) => {
    const key = 'agent:main:telegram:direct:1';
    const text = await explained(stateOf({ ...FILES, bindings }, { main: { [key]: {} } }), key);
    expect(text).toContain('bindings[0]');
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});
