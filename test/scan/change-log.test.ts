import { describe, expect, it } from 'vitest';
import type { Discovery } from '../../src/discover/discover.ts';
import { createLog } from '../../src/log.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { ChangeLog } from '../../src/scan/change-log.ts';
import { aDiscovery, anAgent, anUnreadableAgent, aSnapshot, aTranscript, published } from '../support/snapshot.ts';

interface Seen extends Partial<Snapshot> {
  readonly discovery?: Partial<Discovery>;
  readonly checkError?: string | null;
}

/** The lines that each of these scans writes, in logfmt and without their time. */
function linesOf(...scans: readonly Seen[]): string[][] {
  let lines: string[] = [];
  const write = (line: string) => lines.push(line.replace(/^ts=\S+ /, '').trimEnd());
  const changes = new ChangeLog(createLog({ level: 'debug', format: 'logfmt', write }));
  return scans.map(({ discovery, checkError = null, ...snapshot }) => {
    lines = [];
    const check = { check: 'truncated', success: checkError === null, durationSeconds: 0, error: checkError };
    changes.report(aDiscovery(discovery), aSnapshot({ agents: [], ...snapshot }), [check]);
    return lines;
  });
}

const READ = 'level=info msg="OpenClaw state directory was read" agents=0';

describe('ChangeLog', () => {
  it('says at first sight only that the state was read, and then nothing while nothing changes', () => {
    expect(linesOf({ agents: [anAgent()] }, { agents: [anAgent()] }, {})).toEqual([[READ], [], []]);
  });

  it('says once that the state directory is gone, with what to do, and once that it is back', () => {
    const gone = { discovery: { unreadable: 'missing' as const } };
    const lines = linesOf(gone, gone, {}, {}, gone);
    expect(lines[0]).toEqual([expect.stringMatching(/^level=error .*--openclaw\.state-dir.* reason=missing$/)]);
    expect(lines.slice(1)).toEqual([[], [READ], [], lines[0]]);
  });

  it('says once what nobody reads', () => {
    const unusedDatabases = [{ agent: 'ops', isKnownAgent: true, place: 'agentDir' as const, sessions: 28 }];
    const passedOver = [
      { folder: 'lost+found', why: 'closed' as const },
      { folder: 'old', why: 'transcripts' as const },
    ];
    const seen = { unusedDatabases, passedOver };
    const [first, second] = linesOf(seen, seen);
    expect(first?.slice(1)).toEqual([
      expect.stringMatching(
        /^level=warn msg="a database with sessions is not used: .*" agent=ops found_by=agentDir sessions=28$/,
      ),
      expect.stringMatching(/^level=warn msg="a folder may not be entered: .*" folder=agents\/lost\+found$/),
      expect.stringMatching(/^level=warn msg="a folder holds transcripts, .*" folder=agents\/old$/),
    ]);
    expect(second).toEqual([]);
  });

  it('says once that the config cannot be used and why, and once that it is valid again', () => {
    const bad = { discovery: { configError: 'invalid character at 1:2' } };
    const [first, second, third, fourth] = linesOf(bad, bad, {}, {});
    expect(first?.[1]).toMatch(/^level=warn msg="OpenClaw config cannot be used.*" err="invalid character at 1:2"$/);
    expect(second).toEqual([]);
    expect(third).toEqual([expect.stringMatching(/^level=info msg="OpenClaw config is valid"/)]);
    expect(fourth).toEqual([]);
  });

  it('says which parts of the config have the wrong shape, at most ten of them, and once that none has', () => {
    const bad = { configDropped: ['agents', 'session.store'] };
    const worse = { configDropped: Array.from({ length: 12 }, (_, at) => `bindings.${at}.match`) };
    const [first, second, third, fourth] = linesOf(bad, bad, worse, {});
    expect(first?.[1]).toMatch(/^level=warn msg="parts of .* wrong shape.*" parts=agents,session.store count=2$/);
    expect(second).toEqual([]);
    expect(third).toEqual([expect.stringMatching(/,bindings\.9\.match count=12$/)]);
    expect(fourth).toEqual([expect.stringMatching(/^level=info msg="no part .* any more"$/)]);
  });

  it('tells a store that was not read from one that was read with a problem, once for each change', () => {
    const unread = {
      agents: [anUnreadableAgent({ agent: 'a' }), anAgent({ agent: 'b', problems: ['index_missing'] })],
    };
    const well = { agents: [anAgent({ agent: 'a' }), anAgent({ agent: 'b' })] };
    expect(linesOf(unread, unread, well, well).map((lines) => lines.filter((line) => line !== READ))).toEqual([
      [
        'level=warn msg="store could not be read" agent=a problem=index_unreadable',
        'level=warn msg="store was read, and has a problem" agent=b problem=index_missing',
      ],
      [],
      ['level=info msg="store was read" agent=a problem=ok', 'level=info msg="store was read" agent=b problem=ok'],
      [],
    ]);
  });

  it('warns of sessions without series when their number changes, and not when there are none any more', () => {
    const sessions = (count: number) => ({
      agents: [anAgent({ sessions: Array.from({ length: count }, () => published({}, { labels: null })) })],
    });
    const lines = linesOf(sessions(2), sessions(2), sessions(3), sessions(0)).map((each) =>
      each.filter((line) => line !== READ),
    );
    expect(lines[0]).toEqual([expect.stringMatching(/^level=warn .*no series.* agent=main sessions=2$/)]);
    expect(lines[1]).toEqual([]);
    expect(lines[2]).toEqual([expect.stringMatching(/sessions=3$/)]);
    expect(lines[3]?.filter((line) => line.startsWith('level=warn'))).toEqual([]);
  });

  it('says once how many records of an agent are too large to be judged, and once that there are none any more', () => {
    const records = (...counts: readonly (number | null)[]) => ({
      agents: [
        anAgent({
          sessions: counts.map((oversizedRecords) => published({ transcript: aTranscript(1, { oversizedRecords }) })),
        }),
      ],
    });
    const lines = linesOf(records(null), records(2, 1, null), records(3, 0), records(1), records(0), records(0));
    expect(lines.map((each) => each.filter((line) => line !== READ))).toEqual([
      [],
      [
        'level=warn msg="records larger than 16 MiB are not judged: only their bytes count" agent=main oversized_records=3',
      ],
      [],
      [
        'level=warn msg="records larger than 16 MiB are not judged: only their bytes count" agent=main oversized_records=1',
      ],
      ['level=info msg="no record is larger than 16 MiB any more" agent=main oversized_records=0'],
      [],
    ]);
  });

  it('says once that a check fails and why, and once that it works again', () => {
    expect(
      linesOf({ checkError: 'it threw' }, { checkError: 'it threw' }, {}, {}).map((lines) => lines.slice(-1)),
    ).toEqual([
      ['level=error msg="check failed" check=truncated err="it threw"'],
      [],
      ['level=info msg="check works again" check=truncated err=ok'],
      [],
    ]);
  });

  it('warns of a sample', () => {
    expect(linesOf({ sample: true })[0]).toContainEqual(expect.stringMatching(/^level=warn .*SAMPLE/));
  });
});
