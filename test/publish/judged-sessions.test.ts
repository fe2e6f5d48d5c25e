import { describe, expect, it } from 'vitest';
import { judged, rankedSessions, whyShown } from '../../src/publish/judged-sessions.ts';
import { anAgent, aTranscript, corrupted, published } from '../support/snapshot.ts';

const NOW = Date.UTC(2026, 10, 24);
const HOUR = 3_600_000;
const OFF = { ...anAgent().settings, compactionMode: 'off' } as const;

type Stored = Parameters<typeof published>[0];

function used(hours: number, session: Stored): Stored {
  return { lastActivityMs: NOW - hours * HOUR, ...session };
}

describe('a session is judged as the rules do', () => {
  it.each<[string, Stored, string | null, readonly string[], string | null]>([
    ['in use', used(1, { tokens: 200_001 }), 'critical', ['TokensCritical', 'TokensHigh'], null],
    ['without a known activity', { tokens: 200_001 }, 'critical', ['TokensCritical', 'TokensHigh'], null],
    [
      'idle for an hour',
      used(1.1, { tokens: 200_001 }),
      'warning',
      ['TokensHigh'],
      'no page, since nobody used it for 60 minutes',
    ],
    ['idle for a week', used(169, { tokens: 200_001 }), null, [], 'no alert, since nobody used it for 7 days'],
    ['its compaction is overdue', { tokens: 90_001, effectiveWindow: 90_000 }, 'warning', ['CompactionOverdue'], null],
    ['a large transcript', { transcript: aTranscript(500_001) }, 'warning', ['TranscriptsLarge'], null],
    ['healthy', used(1, { tokens: 10 }), null, [], null],
    ['healthy and idle', used(1000, { tokens: 10 }), null, [], null],
  ])('%s', (_, session, severity, alerts, rests) => {
    const one = judged(anAgent(), published(session), NOW);
    const names = one.alerts.map(({ alert }) => alert.replace(/^OpenClaw(Session)?/, ''));
    expect({ severity: one.severity, names, rests: one.rests }).toEqual({ severity, names: alerts, rests });
  });

  it('by the window alone where compaction is off', () => {
    const session = { window: 100_000, effectiveWindow: 80_000 };
    const severity = (tokens: number) => judged(anAgent({ settings: OFF }), published({ ...session, tokens }), NOW);
    expect(severity(90_000)).toMatchObject({ severity: null, alerts: [], rests: null });
    expect(severity(90_001).alerts.map(({ alert }) => alert)).toEqual(['OpenClawCompactionOverdue']);
  });

  it('and says why it raises less than is shown', () => {
    const old = published(used(721, {}), { findings: [corrupted('truncated')] });
    expect(whyShown(judged(anAgent(), old, NOW))).toEqual([
      'corrupted (truncated)',
      'no alert, since nobody used it for 30 days',
    ]);
  });

  it('and says the cause where its tokens are below their threshold', () => {
    const why = (tokens: number) => whyShown(judged(anAgent(), published({ tokens, effectiveWindow: 90_000 }), NOW));
    expect(why(90_000)).toEqual([]);
    expect(why(90_001)).toEqual(['compaction overdue']);
    expect(why(150_001)).toEqual(['tokens (warning)']);
  });

  it('in the order of the worst, what nobody uses behind what raises an alert, then the fullest', () => {
    const sessions = [
      published({ key: 'fuller', tokens: 20_000 }),
      published({ key: 'well', tokens: 10_000 }),
      published(used(169, { key: 'resting', tokens: 200_001 })),
      published({ key: 'large', transcript: aTranscript(500_001) }),
      published({ key: 'high', tokens: 150_001 }),
      published({ key: 'bad' }, { findings: [corrupted('truncated')] }),
      published({ key: 'full', tokens: 200_001 }),
    ];
    const ranked = rankedSessions([anAgent({ sessions })], NOW);
    expect(ranked.map(({ published: { session } }) => session.key)).toEqual([
      ...['full', 'bad', 'high', 'large', 'resting'],
      ...['fuller', 'well'],
    ]);
    expect(ranked.filter(({ needsLook }) => !needsLook)).toHaveLength(2);
    const agents = [anAgent({ sessions })];
    for (const most of [1, 2, 3, 6, 7, 8])
      expect(rankedSessions(agents, NOW, most)).toEqual(rankedSessions(agents, NOW).slice(0, most));
  });
});
