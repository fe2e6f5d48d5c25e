import { describe, expect, it } from 'vitest';
import { parseExposition, seriesOf } from '../../support/exposition.ts';

const HEAD = '# HELP a A.\n# TYPE a gauge\n';

describe('the parser of the tests', () => {
  it('reads families, labels with escapes, and every form of a value', () => {
    const text = `${HEAD}a{x="q\\"b\\\\n\\n",y=""} 1.5e-7\na{x="i"} +Inf\na{x="m"} -Inf\na{x="0"} Nan\n\n# HELP b B.\n# TYPE b counter\nb 0\n`;
    const families = parseExposition(text);
    expect(families.get('a')).toEqual({
      help: 'A.',
      type: 'gauge',
      samples: [
        { labels: { x: 'q"b\\n\n', y: '' }, value: 1.5e-7 },
        { labels: { x: 'i' }, value: Number.POSITIVE_INFINITY },
        { labels: { x: 'm' }, value: Number.NEGATIVE_INFINITY },
        { labels: { x: '0' }, value: Number.NaN },
      ],
    });
    expect(seriesOf(families, 'b')).toEqual({ '': 0 });
    expect(seriesOf(families, 'c')).toEqual({});
  });

  it.each([
    ['no newline at the end', `${HEAD}a 1`],
    ['a sample without HELP and TYPE', 'a 1\n'],
    ['a sample without TYPE', '# HELP a A.\na 1\n'],
    ['a TYPE without HELP', '# TYPE a gauge\na 1\n'],
    ['an unknown type', '# HELP a A.\n# TYPE a number\na 1\n'],
    ['a family without samples', HEAD],
    ['a family twice', `${HEAD}a 1\n${HEAD}a{x="1"} 1\n`],
    ['a sample of another family', `${HEAD}b 1\n`],
    ['another comment', `${HEAD}a 1\n# a comment\n`],
    ['the same series twice', `${HEAD}a{x="1",y="2"} 1\na{y="2",x="1"} 2\n`],
    ['the same label twice', `${HEAD}a{x="1",x="2"} 1\n`],
    ['a comma at the end of the labels', `${HEAD}a{x="1",} 1\n`],
    ['a raw quote in a label', `${HEAD}a{x="1"2"} 1\n`],
    ['an unknown escape', `${HEAD}a{x="\\t"} 1\n`],
    ['a raw newline in a label', `${HEAD}a{x="1\n2"} 1\n`],
    ['a label name with a dash', `${HEAD}a{x-y="1"} 1\n`],
    ['no value', `${HEAD}a{x="1"}\n`],
    ['a value that is none', `${HEAD}a one\n`],
    ['a timestamp', `${HEAD}a 1 1700000000\n`],
  ])('refuses %s', (_, text) => {
    expect(() => parseExposition(text)).toThrow();
  });
});
