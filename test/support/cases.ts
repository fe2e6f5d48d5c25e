import { execFileSync } from 'node:child_process';
import {
  cpSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { parseExposition } from './exposition.ts';
import { type Ended, runHere } from './run.ts';

export const CASES_FOLDER = join(import.meta.dirname, '../cases');
const PREFIX = 'openclaw_store_';
const SQLITE_MAGIC = Buffer.from('SQLite format 3\0');

const Wish = z.strictObject({
  /** Without the prefix; `*`: any. */
  metric: z.string(),
  /** A value that begins with `~` is a regular expression, null: the label is not there; the label `*`: any label. */
  labels: z.record(z.string(), z.string().nullable()).default({}),
  /** The sum of the series. */
  value: z.number().optional(),
  absent: z.literal(true).optional(),
});
type Wish = z.infer<typeof Wish>;

/** A small state directory with the figures that are true of it; `test/cases/README.md` explains the fields. */
const Case = z.strictObject({
  why: z.string(),
  source: z.string().optional(),
  now_ms: z.string(),
  flags: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
  sql: z.array(z.strictObject({ in: z.string(), run: z.string() })).default([]),
  expect: z.array(Wish).min(1),
  exit: z.number().optional(),
});

export interface NamedCase {
  readonly name: string;
  readonly folder: string;
  readonly spec: z.infer<typeof Case>;
  /** Only root can give a file to somebody else. */
  readonly needsRoot: boolean;
}

export function readCases(): NamedCase[] {
  return readdirSync(CASES_FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const folder = join(CASES_FOLDER, name);
      const spec = Case.parse(JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')));
      return { name, folder, spec, needsRoot: archivesOf(folder).some(hasOtherOwners) };
    });
}

/** Scans the case as the command line does; what does not hold, a line each. */
export async function wrongIn(given: NamedCase): Promise<string[]> {
  const place = realpathSync(mkdtempSync(join(tmpdir(), `case-${given.name}-`)));
  try {
    return judge(given, await scan(given, place, unpack(given, place)));
  } finally {
    // Folders of a case can be closed, and links lead out: rm does not follow them.
    execFileSync('rm', ['-rf', place]);
  }
}

function archivesOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.tar.gz'))
    .map((name) => join(folder, name));
}

function hasOtherOwners(archive: string): boolean {
  const listed = execFileSync('tar', ['--numeric-owner', '-tvzf', archive], { encoding: 'utf8' });
  return listed.split('\n').some((line) => line !== '' && !/^\S+\s+0\/0\s/.test(line));
}

/** Returns the fill of `@now@`, `@now-60000@`, `@iso-60000@` and `@case@`. */
function unpack({ folder, spec }: NamedCase, place: string): (text: string) => string {
  const now = Date.now();
  const fill = (text: string) =>
    text.replaceAll(/@(?:(now|iso)([+-]\d+)?|case)@/g, (_, what?: string, offset?: string) => {
      if (what === undefined) return place;
      const ms = now + Number(offset ?? 0);
      return what === 'now' ? String(ms) : new Date(ms).toISOString();
    });
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const source = join(folder, entry.name);
    if (entry.name.endsWith('.tar.gz')) execFileSync('tar', ['--numeric-owner', '-xpzf', source, '-C', place]);
    else if (entry.name !== 'case.json')
      cpSync(source, join(place, entry.name), { recursive: true, verbatimSymlinks: true });
  }
  const files = filesBelow(place);
  for (const path of files) {
    const content = readFileSync(path);
    if (content.subarray(0, SQLITE_MAGIC.length).equals(SQLITE_MAGIC)) continue;
    const text = content.toString('latin1');
    const filled = fill(text);
    if (filled !== text) writeFileSync(path, filled, 'latin1');
  }
  for (const { in: name, run } of spec.sql) {
    using database = new DatabaseSync(join(place, name));
    database.exec(fill(run));
  }
  const then = Number(fill(spec.now_ms)) / 1000;
  for (const path of filesBelow(place)) lutimesSync(path, then, then);
  return fill;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function scan({ spec }: NamedCase, place: string, fill: (text: string) => string): Promise<Ended> {
  const home = join(place, 'home-of-the-exporter');
  mkdirSync(home);
  const own = Object.fromEntries(Object.entries(spec.env).map(([name, value]) => [name, fill(value)]));
  const args = ['scan', '--format', 'prometheus', '--openclaw.state-dir', join(place, 'state')];
  return runHere([...args, ...spec.flags.map(fill)], { HOME: home, XDG_STATE_HOME: home, ...own });
}

function judge({ spec }: NamedCase, { code, stdout, stderr }: Ended): string[] {
  const fits = spec.exit === undefined ? [0, 1, 2].some((each) => each === code) : code === spec.exit;
  const families = stdout.trim() === '' ? [] : [...parseExposition(stdout)];
  const samples = families.flatMap(([name, family]) =>
    family.samples.map((sample) => ({ ...sample, name: name.replace(PREFIX, '') })),
  );
  const unmet = spec.expect.flatMap((wish) => {
    const values = samples
      .filter(({ name, labels }) => (wish.metric === '*' || wish.metric === name) && fitsLabels(wish.labels, labels))
      .map(({ value }) => value);
    const sum = values.reduce((total, value) => total + value, 0);
    const told = `${wish.metric}${JSON.stringify(wish.labels)}`;
    if (wish.absent) return values.length === 0 ? [] : [`${told} must be absent, there are ${values.length}`];
    const isMet = values.length > 0 && Math.abs(sum - (wish.value ?? Number.NaN)) <= 0.002;
    return isMet ? [] : [`${told} must be ${wish.value}, is ${values.length === 0 ? 'not there' : sum}`];
  });
  return fits ? unmet : [`exit ${code}: ${stderr.slice(-200)}`, ...unmet];
}

function fitsLabels(wanted: Wish['labels'], labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, value]) =>
    name === '*'
      ? Object.values(labels).some((each) => fitsValue(value, each))
      : fitsValue(value, labels[name] ?? null),
  );
}

function fitsValue(wanted: string | null, value: string | null): boolean {
  if (wanted === null || value === null) return wanted === value;
  return wanted.startsWith('~') ? new RegExp(wanted.slice(1), 's').test(value) : wanted === value;
}
