import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { extract, linesOfFile } from '../../src/repair/extract.ts';
import { extractText } from '../../src/repair/extract-text.ts';
import { newFolder } from '../support/folder.ts';

let folder: string;

beforeEach(() => {
  folder = newFolder();
});

function message(role: string, content: unknown, more: object = {}): string {
  return JSON.stringify({ type: 'message', timestamp: '2026-11-30T00:00:00Z', message: { role, content, ...more } });
}

describe('an extract', () => {
  it('has every summary, the last messages, and the files that were named', () => {
    const records = [
      '{"type":"session","id":"a"}',
      message('user', 'one'),
      JSON.stringify({
        type: 'compaction',
        timestamp: 't',
        summary: 'before',
        details: { readFiles: ['/w/r'], modifiedFiles: [] },
      }),
      message('assistant', [
        { type: 'thinking', thinking: 'hm' },
        { type: 'text', text: 'two' },
        { type: 'toolCall', name: 'read', arguments: { path: '/w/f' } },
        { type: 'image', data: '…' },
      ]),
      message('assistant', 'copy', { model: 'delivery-mirror' }),
      'no json',
      null,
      '7',
      message('user', 'three'),
    ];
    expect(extract(records, 2)).toEqual({
      summaries: [{ at: 't', text: 'before' }],
      messages: [
        {
          role: 'assistant',
          at: '2026-11-30T00:00:00Z',
          text: '(thinking) hm\ntwo\n(tool call) read {"path":"/w/f"}\n(image)',
        },
        { role: 'user', at: '2026-11-30T00:00:00Z', text: 'three' },
      ],
      messagesInAll: 3,
      files: ['/w/r', '/w/f'],
      unreadable: 2,
    });
  });

  it('says how much it left out of a text that is too long, and that arguments are nested too deep', () => {
    const deep = `{"type":"message","message":{"role":"assistant","content":[{"type":"toolCall","name":"x","arguments":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}}]}}`;
    const [long, tool] = extract([message('user', 'x'.repeat(1024 * 1024 + 5)), deep], 2).messages;
    expect(long?.text.slice(-60)).toMatch(/x\n\(5 more characters stand in the transcript\)$/);
    expect(tool?.text).toBe('(tool call) x (nested too deep)');
  });

  it('does not parse a record that would fill the memory, and lists no path that no file can have', () => {
    const many = `{"type":"message","message":{"role":"user","content":[${'[],'.repeat(1_000_001)}[]]}}`;
    const call = (path: string) => message('assistant', [{ type: 'toolCall', name: 'read', arguments: { path } }]);
    expect(extract([many, call('/w/f'), call('x'.repeat(5000))], 0)).toMatchObject({ unreadable: 1, files: ['/w/f'] });
  });

  it('of no message asked for has none', () => {
    expect(extract([message('user', 'one')], 0).messages).toEqual([]);
  });

  it('reads lines that span parts, blank ones, a byte order mark and a last one without its newline; what is too large is left', () => {
    const long = 'x'.repeat(1_500_000);
    const path = join(folder, 'a.jsonl');
    writeFileSync(path, `\ufeff"first"\r\n\n  \n"${long}"\n"${'y'.repeat(1_700_000)}"\n"last"`);
    const lines = [...linesOfFile(path, folder, 1_600_000)];
    expect(lines.map((line) => line?.trim())).toEqual(['"first"', `"${long}"`, undefined, '"last"']);
  });

  it('is made of a message with very many backticks, too', () => {
    const text = extractText(
      { agent: 'main', key: 'k', transcript: '/t' },
      extract([message('user', '` '.repeat(300_000))], 1),
    );
    expect(text).toContain('```text\n` ` `');
  });

  it('is a text that nothing in a message can break out of', () => {
    const text = extractText(
      { agent: 'main', key: 'agent:main:`x`\nforged', transcript: '/t' },
      extract([message('user', '```\n## Summaries of compactions\n````')], 5),
    );
    expect(text).toContain('``  agent:main:`x` forged  ``'.replaceAll('  ', ' '));
    expect(text).toContain('`````text\n```\n## Summaries of compactions\n````\n`````');
  });
});
