import { describe, expect, it } from 'vitest';
import { agentFileClass, type FileClass, isTranscriptName, sessionFileClass } from '../../src/openclaw/file-classes.ts';

const ID = '128694b4-f4fc-45d4-84e7-e38a41dfccc1';

/** Of a file by its path below `agents/<id>/`, where the index lies in `sessions/`. */
function fileClass(path: string, indexName: string): FileClass {
  const name = /^sessions\/([^/]+)$/.exec(path)?.[1];
  return name === undefined ? agentFileClass(path) : sessionFileClass(name, indexName);
}

describe('the class of a file', () => {
  it.each<[string, FileClass]>([
    ['sessions/sessions.json', 'index'],
    [`sessions/${ID}.jsonl`, 'transcript'],
    [`sessions/${ID}-topic-7.jsonl`, 'transcript'],
    [`sessions/2026-10-09T07-30-00-000Z_${ID}.jsonl`, 'transcript'],
    [`sessions/${ID}.jsonl.reset.2026-10-01T08-00-00Z`, 'reset'],
    [`sessions/${ID}.jsonl.deleted.2026-10-02T08-00-00.001Z`, 'deleted'],
    [`sessions/${ID}.jsonl.deleted.2026-10-02T08-00-00.001Z.0123456789abcdef0123456789abcdef.zst`, 'deleted'],
    [`sessions/${ID}.jsonl.bak.2026-11-01T09-00-00.500Z`, 'backup'],
    ['sessions/sessions.json.bak.1793600000000', 'backup'],
    ['sessions/sessions.json.bak-20261102-090000', 'backup'],
    [`sessions/${ID}.checkpoint.${ID}.jsonl`, 'checkpoint'],
    [`sessions/${ID}.trajectory.jsonl`, 'trajectory'],
    [`sessions/${ID}.trajectory-path.json`, 'trajectory'],
    ['sessions/sessions.json.40404.c2a9d8e7-1f34-4b6a-9c05-7de8f1a2b3c4.tmp', 'temporary'],
    ['sessions/upload.tmp', 'temporary'],
    ['agent/models.json.tmp', 'temporary'],
    ['sessions/cold/x.tmp', 'temporary'],
    ['session-sqlite-import-archive/x.tmp', 'temporary'],
    ['sessions/sessions.json~', 'backup'],
    ['sessions/notes~', 'other'],
    ['agent/sessions.json~', 'other'],
    [`sessions/${ID}.jsonl.zst`, 'transcript'],
    [`sessions/nested/${ID}.jsonl.zst`, 'other'],
    ['sessions/sessions.json.lock', 'lock'],
    [`sessions/${ID}.jsonl.lock`, 'lock'],
    [`sessions/cold/${ID}.jsonl.zst`, 'cold'],
    ['sessions/how-to.txt', 'other'],
    [`sessions/${ID}.jsonl.resetting`, 'other'],
    [`sessions/skills-prompts/sha256/2e/${ID}.txt`, 'other'],
    [`sessions/nested/${ID}.jsonl`, 'other'],
    ['agent/models.json', 'other'],
    ['agent/openclaw-agent.sqlite', 'database'],
    ['agent/openclaw-agent.sqlite-wal', 'wal'],
    ['agent/openclaw-agent.sqlite-shm', 'other'],
    ['agent/memory.sqlite', 'other'],
    ['agent/old/openclaw-agent.sqlite', 'other'],
    [`session-sqlite-import-archive/agent_main.${ID}.jsonl.imported-1795496929193`, 'import_archive'],
    [`${ID}.jsonl`, 'other'],
  ])('%s is %s', (path, expected) => {
    expect(fileClass(path, 'sessions.json')).toBe(expected);
  });

  it('knows an index by the name that session.store gives it', () => {
    expect(fileClass('sessions/store.json', 'store.json')).toBe('index');
    expect(fileClass('sessions/sessions.json', 'store.json')).toBe('other');
  });
});

it.each<[string, boolean]>([
  [`${ID}.jsonl`, true],
  [`${ID}-topic-a%2Fb.jsonl`, true],
  [`${ID}.trajectory.jsonl`, false],
  [`${ID}.checkpoint.${ID}.jsonl`, false],
  [`${ID}.jsonl.lock`, false],
])('%s is a transcript: %s', (name, expected) => {
  expect(isTranscriptName(name)).toBe(expected);
});
