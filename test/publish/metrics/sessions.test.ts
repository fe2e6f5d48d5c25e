import { describe, expect, it } from 'vitest';
import type { SnapshotSession } from '../../../src/model/snapshot.ts';
import { renderFamilies } from '../../../src/publish/metrics/render.ts';
import { SESSION_FAMILIES } from '../../../src/publish/metrics/sessions.ts';
import { parseExposition, seriesOf } from '../../support/exposition.ts';
import { anAgent, aSnapshot, aTranscript, corrupted, published } from '../../support/snapshot.ts';

async function render(...sessions: readonly SnapshotSession[]) {
  const text = await renderFamilies(SESSION_FAMILIES, aSnapshot({ agents: [anAgent({ sessions })] }));
  // Where nothing has series there is no text: no family has a sample.
  return text.trim() === '' ? new Map() : parseExposition(text);
}

const LABELS = 'agent="main",session="agent:main:main",kind="main"';

describe('the families of a session', () => {
  it('have every figure that is known, times in seconds', async () => {
    const families = await render(
      published(
        {
          tokens: 12_345.5,
          window: 200_000,
          effectiveWindow: 180_000,
          startedMs: 1_795_000_000_250,
          lastActivityMs: 1_795_535_110_471,
          model: 'a/"model"',
          provider: 'a\\provider',
          transcript: aTranscript(500_001, { messages: 7, compactions: 2 }),
        },
        { labels: { channel: 'telegram', account: '0123456789' } },
      ),
    );
    const figures = Object.fromEntries(
      [...families.keys()].map((name) => [name.replace('openclaw_store_session_', ''), seriesOf(families, name)]),
    );
    expect(figures).toEqual({
      info: { [`${LABELS},channel="telegram",account="0123456789",model="a/"model"",provider="a\\provider"`]: 1 },
      tokens: { [LABELS]: 12_345.5 },
      window_tokens: { [LABELS]: 200_000 },
      effective_window_tokens: { [LABELS]: 180_000 },
      transcript_bytes: { [LABELS]: 500_001 },
      messages: { [LABELS]: 7 },
      compactions: { [LABELS]: 2 },
      started_timestamp_seconds: { [LABELS]: 1_795_000_000.25 },
      last_activity_timestamp_seconds: { [LABELS]: 1_795_535_110.471 },
    });
  });

  it('have no series for what is not known, and a zero for what is zero', async () => {
    expect([...(await render(published())).keys()]).toEqual(['openclaw_store_session_info']);
    const empty = await render(
      published({ tokens: 0, transcript: { ...aTranscript(0), messages: null, compactions: null } }),
    );
    expect(seriesOf(empty, 'openclaw_store_session_tokens')).toEqual({ [LABELS]: 0 });
    expect(seriesOf(empty, 'openclaw_store_session_transcript_bytes')).toEqual({ [LABELS]: 0 });
    expect(empty.has('openclaw_store_session_messages')).toBe(false);
    expect(empty.has('openclaw_store_session_compactions')).toBe(false);
  });

  it('have one series for each finding', async () => {
    const findings = [corrupted('id_mismatch'), corrupted('truncated')];
    const families = await render(published({}, { findings }));
    expect(seriesOf(families, 'openclaw_store_session_finding')).toEqual({
      [`${LABELS},finding="corrupted",reason="id_mismatch",expected_agent=""`]: 1,
      [`${LABELS},finding="corrupted",reason="truncated",expected_agent=""`]: 1,
    });
  });

  it('leave out a session without series, whatever is wrong with it', async () => {
    const findings = [corrupted('id_mismatch')];
    const families = await render(published({ tokens: 500_000 }, { labels: null, findings }));
    expect([...families.keys()]).toEqual([]);
  });
});
