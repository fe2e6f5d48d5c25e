/** One series with its value. */
export interface ParsedSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ParsedFamily {
  readonly help: string;
  readonly type: string;
  readonly samples: readonly ParsedSample[];
}

interface OpenFamily {
  readonly help: string;
  type: string | null;
  readonly samples: ParsedSample[];
  readonly identities: Set<string>;
}

const NAME = '[a-zA-Z_][a-zA-Z0-9_]*';
const LABEL = new RegExp(`^(${NAME})="((?:[^"\\\\\\n]|\\\\[\\\\"n])*)"(,|$)`, 'u');
const VALUE = /^(?:[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|inf)|nan)$/i;

/**
 * Reads the text format 0.0.4 of Prometheus, stricter than Prometheus itself: every family has HELP, TYPE and then at
 * least one sample, in that order and once; comments, timestamps and two series with equal labels are errors.
 */
export function parseExposition(text: string): Map<string, ParsedFamily> {
  if (!text.endsWith('\n')) throw new Error('the text does not end with a newline');
  const families = new Map<string, OpenFamily>();
  let current: { name: string; family: OpenFamily } | null = null;
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue;
    const help = line.match(new RegExp(`^# HELP (${NAME}) (.+)$`, 's'));
    const type = line.match(new RegExp(`^# TYPE (${NAME}) (gauge|counter|histogram|summary)$`));
    if (help !== null) {
      const [, name = '', words = ''] = help;
      if (families.has(name)) throw new Error(`a second HELP of ${name}`);
      current = { name, family: { help: unescaped(words), type: null, samples: [], identities: new Set() } };
      families.set(name, current.family);
    } else if (type !== null) {
      const [, name, word = ''] = type;
      if (current?.name !== name || current?.family.type !== null) throw new Error(`a TYPE out of its place: ${line}`);
      current.family.type = word;
    } else {
      addSample(current, line);
    }
  }
  return new Map([...families].map(([name, family]) => [name, closed(name, family)]));
}

/** The series of one family by its labels (`a="x",b="y"`, in the order of the text); empty when there is no such family. */
export function seriesOf(families: ReadonlyMap<string, ParsedFamily>, name: string): Record<string, number> {
  return Object.fromEntries(
    (families.get(name)?.samples ?? []).map(({ labels, value }) => [
      Object.entries(labels)
        .map(([label, text]) => `${label}="${text}"`)
        .join(','),
      value,
    ]),
  );
}

function closed(name: string, { help, type, samples }: OpenFamily): ParsedFamily {
  if (type === null) throw new Error(`${name} has no TYPE`);
  if (samples.length === 0) throw new Error(`${name} has no sample`);
  return { help, type, samples };
}

function addSample(current: { name: string; family: OpenFamily } | null, line: string): void {
  const found = line.match(new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`, 's'));
  if (found === null) throw new Error(`no sample: ${JSON.stringify(line)}`);
  const [, name, labelText, value = ''] = found;
  const family = current !== null && current.name === name ? current.family : null;
  if (family === null || family.type === null) throw new Error(`a sample without its TYPE: ${line}`);
  if (!VALUE.test(value)) throw new Error(`no value: ${line}`);
  const labels = parseLabels(labelText ?? '', line);
  const identity = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
  if (family.identities.has(identity)) throw new Error(`two series with equal labels: ${line}`);
  family.identities.add(identity);
  family.samples.push({ labels, value: toNumber(value) });
}

function parseLabels(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== '') {
    const found = rest.match(LABEL);
    if (found === null) throw new Error(`no label at ${JSON.stringify(rest)} of ${JSON.stringify(line)}`);
    const [whole, name = '', value = '', comma] = found;
    if (Object.hasOwn(labels, name)) throw new Error(`the label ${name} twice: ${line}`);
    labels[name] = unescaped(value);
    rest = rest.slice(whole.length);
    if (comma === ',' && rest === '') throw new Error(`a comma after the last label: ${line}`);
  }
  return labels;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (_, character: string) => (character === 'n' ? '\n' : character));
}

function toNumber(text: string): number {
  if (/^nan$/i.test(text)) return Number.NaN;
  return /inf$/i.test(text) ? Number(`${text.startsWith('-') ? '-' : ''}Infinity`) : Number(text);
}
