import { readSync } from 'node:fs';
import { readDatabase } from '../disk/database-file.ts';
import { openFile } from '../disk/files.ts';
import { isObject } from '../is-object.ts';
import { hasTooManyValues, LARGEST_RECORD_BYTES } from '../openclaw/transcript-record.ts';
import { BEFORE_ALL, readTexts } from '../read/sqlite/events.ts';
import { databaseSchema } from '../read/sqlite/schema.ts';

/** What matters of one session. */
export interface Extract {
  readonly summaries: readonly { readonly at: string; readonly text: string }[];
  /** The last ones, in their order. */
  readonly messages: readonly ExtractedMessage[];
  /** How many messages there are in all. */
  readonly messagesInAll: number;
  /** Paths that tool calls and compactions name, each once, in the order of their first mention. */
  readonly files: readonly string[];
  /** Records that do not parse, or are too large. */
  readonly unreadable: number;
}

interface ExtractedMessage {
  readonly role: string;
  /** As it is stored; '' where it is not. */
  readonly at: string;
  readonly text: string;
}

const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;
/** Of one message or summary, in characters: what OpenClaw writes is far below. Anybody can send one that fills the memory. */
const LONGEST_TEXT = 1024 * 1024;
const MOST_SUMMARIES = 200;
const MOST_FILES = 10_000;
/** Characters; no system has a longer path. */
const LONGEST_PATH = 4096;
/** In one read transaction: a longer one would keep the gateway from recycling its write-ahead log. */
const BYTES_A_SLICE = 8 * 1024 * 1024;

/** The records of a transcript, each as text; null: one that is too large or cannot be read. */
type Records = Iterable<string | null>;

/** Reads a transcript once, a part at a time; what it holds at a time is the summaries and the last messages. */
export function extract(records: Records, lastMessages: number): Extract {
  const summaries: { at: string; text: string }[] = [];
  const messages: ExtractedMessage[] = [];
  const files = new Set<string>();
  let messagesInAll = 0;
  let unreadable = 0;
  for (const record of records) {
    const value = record === null ? null : parsed(record);
    if (!isObject(value)) {
      unreadable += value === null ? 1 : 0;
      continue;
    }
    for (const file of filesOf(value)) if (files.size < MOST_FILES && file.length <= LONGEST_PATH) files.add(file);
    if ((value.type === 'compaction' || value.type === 'branch_summary') && typeof value.summary === 'string')
      summaries.push({ at: text(value.timestamp), text: shortened(value.summary) });
    const message = messageOf(value);
    if (message === null) continue;
    messagesInAll += 1;
    messages.push(message);
    if (messages.length > lastMessages) messages.shift();
    if (summaries.length > MOST_SUMMARIES) summaries.shift();
  }
  return { summaries, messages, messagesInAll, files: [...files], unreadable };
}

/** The lines of a transcript that must lie inside `root`. Throws a DiskError. */
export function* linesOfFile(path: string, root: string, largest = LARGEST_RECORD_BYTES): Generator<string | null> {
  using file = openFile(path, root);
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let pending: Buffer[] = [];
  let length = 0;
  for (let position = 0; ; ) {
    const bytes = chunk.subarray(0, readSync(file.fd, chunk, 0, chunk.length, position));
    if (bytes.length === 0) break;
    position += bytes.length;
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      yield* line([...pending, bytes.subarray(start, end)], length + end - start, largest);
      pending = [];
      length = 0;
      start = end + 1;
    }
    length += bytes.length - start;
    pending = length > largest ? [] : [...pending, Buffer.from(bytes.subarray(start))];
  }
  yield* line(pending, length, largest);
}

/** The events of a transcript of a database. Throws a DatabaseError. */
export function* eventsOfDatabase(path: string, root: string, agent: string | null, sessionId: string): Records {
  for (let after = BEFORE_ALL; ; ) {
    const from = { sessionId, after };
    const slice = readDatabase(path, root, (database) => [
      ...readTexts(database, databaseSchema(database, agent), from, BYTES_A_SLICE),
    ]);
    for (const { text } of slice) yield text;
    const last = slice.at(-1);
    if (last === undefined) return;
    after = last.seq;
  }
}

function* line(pieces: readonly Buffer[], bytes: number, largest: number): Generator<string | null> {
  if (bytes > largest) return yield null;
  const text = Buffer.concat(pieces)
    .toString('utf8')
    .replace(/^\ufeff/, '');
  if (text.trim() !== '') yield text;
}

/** null: it does not parse, or would fill the memory. */
function parsed(record: string): unknown {
  if (hasTooManyValues(record)) return null;
  try {
    const value: unknown = JSON.parse(record);
    return value ?? {};
  } catch {
    return null;
  }
}

function messageOf({ type, timestamp, message }: Record<string, unknown>): ExtractedMessage | null {
  if (type !== 'message' || !isObject(message)) return null;
  // A copy of an answer that was delivered (2026.7.35 writes one for every answer on Telegram).
  if (message.model === 'delivery-mirror') return null;
  return { role: text(message.role), at: text(timestamp), text: shortened(contentText(message.content)) };
}

/** Word by word what is text; what is none, by its kind. */
function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map(partText).join('\n');
}

function partText(part: unknown): string {
  if (!isObject(part)) return '';
  if (typeof part.text === 'string') return part.text;
  if (typeof part.thinking === 'string') return `(thinking) ${part.thinking}`;
  if (part.type === 'toolCall') return `(tool call) ${text(part.name)} ${argumentsText(part.arguments ?? {})}`;
  return `(${text(part.type)})`;
}

function argumentsText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return '(nested too deep)';
    throw error;
  }
}

function shortened(words: string): string {
  if (words.length <= LONGEST_TEXT) return words;
  return `${words.slice(0, LONGEST_TEXT)}\n(${words.length - LONGEST_TEXT} more characters stand in the transcript)`;
}

const PATH_ARGUMENTS = ['path', 'file_path', 'filePath', 'file'];

function* filesOf({ message, details }: Record<string, unknown>): Generator<string> {
  if (isObject(details))
    yield* [details.readFiles, details.modifiedFiles].flat().filter((file) => typeof file === 'string');
  if (!isObject(message) || !Array.isArray(message.content)) return;
  for (const part of message.content) {
    if (!isObject(part) || part.type !== 'toolCall' || !isObject(part.arguments)) continue;
    for (const name of PATH_ARGUMENTS) {
      const path = part.arguments[name];
      if (typeof path === 'string' && path !== '') yield path;
    }
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
