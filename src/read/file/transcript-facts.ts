import type { TranscriptFacts, Usage } from '../../model/transcript.ts';
import type { TranscriptRecord } from '../../openclaw/record.ts';

/** The facts with one more record. */
export function addRecord(facts: TranscriptFacts, record: TranscriptRecord): TranscriptFacts {
  const first = facts.records === 0;
  return {
    ...facts,
    header: first && record.type === 'header' ? { id: record.id, startedMs: record.startedMs } : facts.header,
    records: facts.records + 1,
    messages: facts.messages + (record.type === 'message' ? 1 : 0),
    compactions: facts.compactions + (record.type === 'compaction' ? 1 : 0),
    usage: addUsage(facts.usage, record),
  };
}

function addUsage(usage: Usage, record: TranscriptRecord): Usage {
  if (record.type === 'message') return record.usage === null ? usage : { ...usage, after: record.usage };
  if (record.type !== 'compaction' && record.type !== 'reset') return usage;
  return { after: null, before: usage.after ?? usage.before, compacted: true };
}
