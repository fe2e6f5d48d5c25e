import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Looks } from '../../../src/disk/looks.ts';
import type { Flaw } from '../../../src/model/session.ts';
import { parseEntry } from '../../../src/openclaw/index-entry.ts';
import { parseKey } from '../../../src/openclaw/keys.ts';
import { LARGEST_RECORD_BYTES } from '../../../src/openclaw/transcript-record.ts';
import { KeptTranscripts } from '../../../src/read/file/kept-transcripts.ts';
import { readSession } from '../../../src/read/file/session.ts';
import { listing, transcriptPath } from '../../../src/read/file/transcript-path.ts';
import { fileFolder } from '../../support/folder.ts';

const stateDir = fileFolder();
const folder = join(stateDir, 'sessions');
mkdirSync(folder);

const HEADER = '{"type":"session","id":"abc"}\n';
const MESSAGE = '{"type":"message"}\n';

/** The session of an entry whose transcript has this text; `deep`: after a deep scan. */
function sessionOf(entry: object, transcript: string, { deep }: { deep: boolean }) {
  for (const name of ['abc.jsonl', 'other.jsonl']) writeFileSync(join(folder, name), transcript);
  return look(entry, { deep });
}

function look(entry: object, { deep }: { deep: boolean }) {
  const folders = {
    stateDir,
    roots: [stateDir],
    mappings: [],
    links: [],
    own: [listing(folder, ['abc.jsonl', 'other.jsonl'])],
  } as const;
  const transcripts = new KeptTranscripts();
  const parsed = parseEntry(entry);
  const named = parsed === null ? null : transcriptPath(parsed, null, folders);
  const key = 'agent:ops:main';
  const reading = { folders, looks: new Looks(), transcripts, needsLastUsage: () => true, chosenModels: new Map() };
  const read = () => readSession('ops', { key, parsedKey: parseKey(key), entry: parsed, named }, reading).session;
  if (!deep) return read();
  read();
  for (const _chunk of transcripts.validate());
  return read();
}

describe('the flaws of a transcript', () => {
  it.each<[what: string, transcript: string, flaws: readonly Flaw[]]>([
    ['in good health', HEADER + MESSAGE, []],
    ['with only a header', HEADER, []],
    ['of no bytes', '', []],
    ['whose first record is no header', MESSAGE + HEADER, ['header_missing']],
    ['in which no line parses', 'text\ntext\n', ['header_missing']],
    ['of blank lines', '\n \n', ['no_record']],
    ['of NUL bytes', '\0\0\0', ['unfinished', 'no_record']],
    ['that ends within its first line', '{"type":"sess', ['unfinished', 'no_record']],
    ['that ends within a later line', `${HEADER}{"type":"mess`, ['unfinished']],
    ['of another id', HEADER.replace('abc', 'xyz'), ['id_differs']],
    ['of its id in other letters', HEADER.replace('abc', 'ABC'), ['id_differs']],
    ['with a bad line', `${HEADER}text\n`, []],
  ])('%s', (_, transcript, flaws) => {
    const entry = { sessionId: 'abc' };
    expect(sessionOf(entry, transcript, { deep: true }).flaws).toEqual(flaws);
    // Nothing is said of bytes that were not validated.
    expect(sessionOf(entry, transcript, { deep: false }).flaws).toEqual([]);
  });

  it('whose header may be in a record that is too large to be judged are none', () => {
    writeFileSync(join(folder, 'abc.jsonl'), '');
    truncateSync(join(folder, 'abc.jsonl'), LARGEST_RECORD_BYTES + 1);
    const session = look({ sessionId: 'abc' }, { deep: true });
    expect(session).toMatchObject({ flaws: [], transcript: { oversizedRecords: 1, badRecords: 0 } });
  });

  it('whose session has no id do not hold an id against it', () => {
    expect(sessionOf({ sessionFile: 'abc.jsonl' }, HEADER, { deep: true }).flaws).toEqual([]);
  });
});

describe('the flaws of an entry', () => {
  it.each<[entry: object, flaws: readonly Flaw[]]>([
    [[], ['entry_not_object']],
    [{}, ['path_null']],
    [{ sessionId: '../../etc/passwd' }, ['leads_out']],
    [{ sessionId: 'abc', sessionFile: '/etc/passwd' }, ['leads_out']],
    [{ sessionId: 'abc', sessionFile: 'other.jsonl' }, ['two_transcripts']],
    [{ sessionId: 'abc', sessionFile: 'gone.jsonl' }, []],
  ])('%j: %j', (entry, flaws) => {
    expect(sessionOf(entry, HEADER, { deep: true }).flaws).toEqual(flaws);
  });
});
