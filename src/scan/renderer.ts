import { isDeepStrictEqual } from 'node:util';
import type { Log } from '../log.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { SessionLabels } from '../openclaw/labels.ts';
import { SNAPSHOT_FAMILIES } from '../publish/metrics/families.ts';
import { renderFamilies } from '../publish/metrics/render.ts';
import { renderStatusFragment, type StatusFragment } from '../publish/page/status-fragment.ts';
import { type Verdict, verdicts } from '../publish/verdicts.ts';
import type { Rendered } from './messages.ts';

/** In the log, where the renderer met it. */
export const SERIES_LEFT_OUT = 'series left out: another series has the same labels';

export const NOT_RENDERED = { rendered: null, page: null } as const;

/** What is new of the text since the snapshot before; null: nothing. `page`: the page alone. */
interface NewText {
  readonly rendered: Rendered | null;
  readonly page: StatusFragment | null;
}

interface RendererOptions {
  readonly log: Log;
  readonly pause: () => Promise<void>;
}

/** Makes the text of metrics and page of one snapshot after the other, and only what is new of it. */
export class Renderer {
  /** How often metrics and page were made so far. */
  renders = 0;

  private readonly options: RendererOptions;
  private readonly runbookUrl: () => string | null;
  private last: Snapshot | null = null;
  /** What would be alerts when the page was made last. */
  private raised: readonly Verdict[] = [];

  constructor(options: RendererOptions, runbookUrl: () => string | null) {
    this.options = options;
    this.runbookUrl = runbookUrl;
  }

  /** The next snapshot is rendered whatever it is. */
  forget(): void {
    this.last = null;
  }

  /**
   * An unchanged snapshot is the same object. Time alone changes what it would raise: a session that nobody used for an hour
   * pages no more, and a message that waits for too long does. `nowMs`: milliseconds since the epoch.
   */
  async render(snapshot: Snapshot, labels: SessionLabels, nowMs: number): Promise<NewText> {
    const raised = raisedBy(snapshot, nowMs);
    if (snapshot !== this.last) {
      const rendered = await this.draw(snapshot, labels, nowMs, raised);
      this.renders += 1;
      this.raised = raised;
      this.last = snapshot;
      return { rendered, page: null };
    }
    if (isDeepStrictEqual(raised, this.raised)) return NOT_RENDERED;
    const page = this.pageOf(snapshot, labels, raised, nowMs);
    this.raised = raised;
    return { rendered: null, page };
  }

  /** Metrics and page of a snapshot, whatever was rendered before. */
  async draw(
    snapshot: Snapshot,
    labels: SessionLabels,
    nowMs: number,
    raised = raisedBy(snapshot, nowMs),
  ): Promise<Rendered> {
    const page = this.pageOf(snapshot, labels, raised, nowMs);
    await this.options.pause();
    const metrics = await renderFamilies(SNAPSHOT_FAMILIES, snapshot, (family) =>
      this.options.log.error(SERIES_LEFT_OUT, { family }),
    );
    return { metrics, page };
  }

  private pageOf(snapshot: Snapshot, labels: SessionLabels, raised: readonly Verdict[], nowMs: number): StatusFragment {
    return renderStatusFragment(snapshot, {
      raised,
      runbookUrl: this.runbookUrl(),
      labelOf: (key) => labels.of(key),
      nowMs,
    });
  }
}

function raisedBy(snapshot: Snapshot, nowMs: number): readonly Verdict[] {
  return verdicts(snapshot, { nowMs, checks: [] });
}
