import { isObject } from '../is-object.ts';
import {
  firstMember,
  JsonError,
  memberValue,
  nextMember,
  OPEN_BRACE,
  skipSpace,
  stringEnd,
  valueEnd,
} from './json-scan.ts';

/** A member of the top-level object of a JSON text; offsets are bytes. */
export interface Member {
  readonly key: string;
  /** Of its key's first quote. */
  readonly from: number;
  /** Of its value. */
  readonly value: number;
  /** After its value. */
  readonly to: number;
}

export interface Members {
  /** In the order of the text; a key that stands twice is here twice. */
  readonly members: readonly Member[];
  /** null: the whole text is one JSON object. */
  readonly error: JsonError | null;
}

/** What stands in front of a member of a member where LINE_OF_MEMBER is that of a member. */
const DEEPER = '\n    ';
const BOM = Buffer.from('\ufeff');
/** The JSON scanner wants a byte 0 behind the text. */
const END = Buffer.from([0]);
/** So OpenClaw, and JSON.stringify with two spaces, begins the line of a top-level member. No string can hold a raw newline. */
const LINE_OF_MEMBER = Buffer.from('\n  "');
/** A text that has this is indented by one space, and its members in members begin as above. */
const LINE_OF_ONE_SPACE = Buffer.from('\n "');

/** Where the top-level members of a JSON object stand, as far as it can be read. */
export function jsonMembers(bytes: Buffer): Members {
  const text = Buffer.concat([bytes, END]);
  const members: Member[] = [];
  try {
    const open = skipSpace(text, 0);
    if (text[open] !== OPEN_BRACE) throw new JsonError('the top level is not an object', open);
    let step = firstMember(text, open);
    while (step.more) {
      const member = memberAt(text, step.at);
      members.push(member);
      step = nextMember(text, member.to);
    }
    const end = skipSpace(text, step.at);
    if (end < bytes.length) throw new JsonError('text after the end of the object', end);
    return { members, error: null };
  } catch (error) {
    if (error instanceof JsonError) return { members, error };
    throw error;
  }
}

/**
 * The members of a damaged text that are whole and are objects. After a place that cannot be read it goes on at the next
 * line that begins as a top-level member of a pretty-printed text does; of a text in one line it gives those before the
 * damage.
 */
export function salvagedMembers(bytes: Buffer): Member[] {
  // The text of a member is the same without it; only its offsets are not.
  if (bytes.subarray(0, BOM.length).equals(BOM))
    return salvagedMembers(bytes.subarray(BOM.length)).map((member) => moved(member, BOM.length));
  const { members, error } = jsonMembers(bytes);
  if (error === null) return members.filter((member) => isObject(parsedValue(bytes, member)));
  if (bytes.includes(LINE_OF_ONE_SPACE)) return members.filter((member) => isObject(parsedValue(bytes, member)));
  const isPretty = bytes.includes(LINE_OF_MEMBER);
  const found = members.filter((member) => !swallowsOthers(bytes, member) && !(isPretty && isDeeper(bytes, member)));
  let at = found.at(-1)?.to ?? 0;
  for (let line = bytes.indexOf(LINE_OF_MEMBER, at); line !== -1; line = bytes.indexOf(LINE_OF_MEMBER, at)) {
    const from = line + LINE_OF_MEMBER.length - 1;
    // What has not ended there swallows others. Read to the end, 40,000 members without their end took half a minute.
    const next = bytes.indexOf(LINE_OF_MEMBER, from);
    const member = wholeMember(bytes.subarray(from, next === -1 ? bytes.length : next));
    if (member !== null) found.push(moved(member, from));
    at = member === null ? line + 1 : from + member.to;
  }
  return found.filter((member) => isObject(parsedValue(bytes, member)));
}

function moved({ key, from, value, to }: Member, by: number): Member {
  return { key, from: from + by, value: value + by, to: to + by };
}

/** Of a text whose head is lost, the first brace can be that of an entry. */
function isDeeper(bytes: Buffer, { from }: Member): boolean {
  return bytes.toString('latin1', Math.max(0, from - DEEPER.length), from) === DEEPER;
}

/** Where its own end is lost, what follows seems to be a part of it. */
function swallowsOthers(bytes: Buffer, { from, to }: Member): boolean {
  return bytes.subarray(from, to).includes(LINE_OF_MEMBER);
}

/** The value of a member. */
export function parsedValue(bytes: Buffer, { value, to }: Pick<Member, 'value' | 'to'>): unknown {
  return JSON.parse(bytes.toString('utf8', value, to));
}

/** The text without some of its members; every other byte of it stays, but for the commas between them. */
export function withoutMembers(bytes: Buffer, members: readonly Member[], isOut: (member: Member) => boolean): Buffer {
  const [first] = members;
  const last = members.at(-1);
  if (first === undefined || last === undefined || !members.some(isOut)) return bytes;
  const pieces = [bytes.subarray(0, first.from)];
  let isFirst = true;
  for (const [at, member] of members.entries()) {
    if (isOut(member)) continue;
    // With what stood in front of it: a comma, and the line break of its own.
    const from = isFirst ? member.from : (members[at - 1]?.to ?? member.from);
    pieces.push(bytes.subarray(from, member.to));
    isFirst = false;
  }
  return Buffer.concat([...pieces, bytes.subarray(last.to)]);
}

/** A text of members that come from other texts, byte for byte, as OpenClaw lays it out. */
export function textOfMembers(members: readonly Buffer[]): Buffer {
  if (members.length === 0) return Buffer.from('{}');
  return Buffer.concat([
    Buffer.from('{\n  '),
    ...members.flatMap((member, at) => (at === 0 ? [member] : [Buffer.from(',\n  '), member])),
    Buffer.from('\n}'),
  ]);
}

function memberAt(text: Buffer, from: number): Member {
  const value = memberValue(text, from);
  const to = valueEnd(text, value);
  return { key: String(JSON.parse(text.toString('utf8', from, stringEnd(text, from)))), from, value, to };
}

/** At the beginning of the bytes; null: none that can be read stands there. */
function wholeMember(bytes: Buffer): Member | null {
  try {
    return memberAt(Buffer.concat([bytes, END]), 0);
  } catch (error) {
    if (error instanceof JsonError) return null;
    throw error;
  }
}
