import { createHash } from 'node:crypto';
import { openFile, readAt } from '../disk/files.ts';
import { jsonMembers, type Member, withoutMembers } from '../disk/json-members.ts';
import { ExporterError } from '../errors.ts';
import { changeIndex, type Protection } from './change-index.ts';
import type { Waiting } from './index-lock.ts';
import type { IndexTargets, Target } from './select.ts';

/** An entry that is to be taken out, as it stands in the index. */
interface PlannedEntry {
  readonly target: Target;
  /** Of key and value in the index. */
  readonly bytes: number;
  /** SHA-256 of them: what was changed since stays. */
  readonly digest: string;
}

/** What taking entries out of one index means. */
export interface IndexPlan {
  readonly index: IndexTargets;
  /** Of the whole index. */
  readonly bytes: number;
  readonly entries: readonly PlannedEntry[];
  /** Entries that stay, byte for byte. */
  readonly kept: number;
}

export interface TakenOut {
  readonly taken: readonly PlannedEntry[];
  /** Gone or changed since the plan was made; left as they are. */
  readonly changed: readonly PlannedEntry[];
  /** null: nothing had to be changed. */
  readonly backup: string | null;
}

/** Reads the index again and says what would be done. Throws an ExporterError where it can only be read whole as JSON5. */
export function planTakeOut(index: IndexTargets): IndexPlan {
  const bytes = readWhole(index.place);
  const members = membersOf(bytes, index.place.path);
  const byKey = Map.groupBy(members, ({ key }) => key);
  const entries = index.targets.flatMap((target): PlannedEntry[] => {
    const own = byKey.get(target.key);
    if (own === undefined) return [];
    return [{ target, bytes: own.reduce((sum, { from, to }) => sum + to - from, 0), digest: digestOf(bytes, own) }];
  });
  const out = new Set(entries.map(({ target }) => target.key));
  return { index, bytes: bytes.length, entries, kept: members.filter(({ key }) => !out.has(key)).length };
}

/** Takes the entries of a plan out of their index. The transcripts stay where they are. Throws an ExporterError. */
export async function takeOut(plan: IndexPlan, protection: Protection, waiting: Waiting): Promise<TakenOut> {
  const { place } = plan.index;
  let taken: readonly PlannedEntry[] = [];
  const done = await changeIndex(place, protection, waiting, (bytes) => {
    if (bytes === null) return null;
    const members = membersOf(bytes, place.path);
    const byKey = Map.groupBy(members, ({ key }) => key);
    taken = plan.entries.filter(({ target, digest }) => digestOf(bytes, byKey.get(target.key) ?? []) === digest);
    const out = new Set(taken.map(({ target }) => target.key));
    if (out.size === 0) return null;
    const rest = withoutMembers(bytes, members, ({ key }) => out.has(key));
    refuseWrong(rest, members, out, place.path);
    return rest;
  });
  const out = new Set(taken);
  return { taken, changed: plan.entries.filter((entry) => !out.has(entry)), backup: done?.backup ?? null };
}

/** The last look before anything is written: the rest is whole, and holds each other entry as it was. */
function refuseWrong(rest: Buffer, before: readonly Member[], out: ReadonlySet<string>, path: string): void {
  const wanted = before.filter(({ key }) => !out.has(key));
  const { members, error } = jsonMembers(rest);
  const isSame = (member: Member, at: number) =>
    member.key === wanted[at]?.key && member.to - member.from === wanted[at].to - wanted[at].from;
  if (error === null && members.length === wanted.length && members.every(isSame)) return;
  throw new Error(`${path}: the index without the entries would not be what it must be`);
}

function membersOf(bytes: Buffer, path: string): readonly Member[] {
  const { members, error } = jsonMembers(bytes);
  if (error === null) return members;
  throw new ExporterError(
    'E_REPAIR',
    `${path} is no JSON (${error.message}). Where it is damaged, --lost-index shows what can be brought back; where it is JSON5 that was edited by hand, OpenClaw makes JSON of it when it writes it next`,
  );
}

/** Every member of one key: where it stands twice the last one counts, and all go. */
function digestOf(bytes: Buffer, members: readonly Member[]): string {
  const hash = createHash('sha256');
  for (const { from, to } of members) hash.update(bytes.subarray(from, to));
  return hash.digest('hex');
}

function readWhole({ path, root }: IndexTargets['place']): Buffer {
  using file = openFile(path, root);
  return readAt(file.fd, 0, file.signature.size);
}
