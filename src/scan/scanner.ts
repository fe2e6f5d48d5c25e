import type { CheckOutcome } from '../checks/run.ts';
import { type Clock, type Moment, systemClock } from '../clock.ts';
import { agentFiles } from '../discover/agent-files.ts';
import type { AgentStore } from '../discover/agent-stores.ts';
import { type Discovery, discover } from '../discover/discover.ts';
import { isDeadPid } from '../discover/lock-file.ts';
import type { Log } from '../log.ts';
import type { AgentFiles } from '../model/files.ts';
import type { StoreReading } from '../model/reading.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { OpenClawConfig } from '../openclaw/config/view.ts';
import { has } from '../openclaw/versions.ts';
import type { StatusFragment } from '../publish/page/status-fragment.ts';
import { type SnapshotInput, Snapshots, type Taken } from '../publish/snapshot.ts';
import { type ReadIndex, readIndex } from '../read/file/index-file.ts';
import { KeptStores } from '../read/kept-stores.ts';
import { readStore } from '../read/read-store.ts';
import { areSame, unchanged } from '../unchanged.ts';
import type { AbortedAgents } from './aborted-agents.ts';
import { AgentGuard } from './agent-guard.ts';
import { agentsByPath } from './agents-by-path.ts';
import { ChangeLog } from './change-log.ts';
import type { Rendered, ScanSettings, Whereabouts } from './messages.ts';
import { NOT_RENDERED, Renderer } from './renderer.ts';
import { type ScanTerms, scanTerms } from './scan-terms.ts';

/** Counts of what costs something. */
export type Work = Readonly<
  Record<
    | 'files'
    | 'folders'
    | 'configReads'
    | 'indexReads'
    | 'transcriptBytes'
    | 'databaseReads'
    | 'rows'
    | 'eventBytes'
    | 'classified'
    | 'labels'
    | 'taken'
    | 'renders',
    number
  >
>;

export interface ScannerOptions {
  readonly settings: ScanSettings;
  readonly log: Log;
  /** Called after every slice of work; the scan goes on when it resolves. */
  readonly pause: () => Promise<void>;
  /** Called before each piece of work that can block; the work begins when it resolves. */
  readonly enter?: (work: Whereabouts) => Promise<void>;
  /** Whose stores are left alone. */
  readonly aborted?: AbortedAgents;
  readonly clock?: Clock;
  readonly readIndex?: ReadIndex;
  /** Told how far a deep scan came, after every slice of it. */
  readonly onValidated?: (bytes: { readonly doneBytes: number; readonly totalBytes: number }) => void;
  /** false: nobody wants the text of metrics and page. */
  readonly renders?: boolean;
}

export interface ScanResult {
  readonly snapshot: Snapshot;
  /** The config as it was used. */
  readonly config: OpenClawConfig;
  /** Where each agent's sessions lie. */
  readonly stores: readonly AgentStore[];
  /** The label of a key, also where its session has no series. */
  readonly labelOf: (key: string) => string;
  readonly checks: readonly CheckOutcome[];
  /** null: the figures are those of the scan before. */
  readonly rendered: Rendered | null;
  /** The page alone, where the figures are as before and time changed what they would raise; null: it did not. */
  readonly page: StatusFragment | null;
}

/** What the last quick scan saw; parts that did not change stay the same objects. */
interface Latest {
  readonly discovery: Discovery;
  readonly terms: ScanTerms;
  readonly readings: readonly StoreReading[];
  /** Paths of the transcripts that the readings name. */
  readonly transcripts: ReadonlySet<string>;
  readonly files: ReadonlyMap<string, AgentFiles>;
}

/** Scans one state directory again and again, and keeps what saves work between the scans. */
export class Scanner {
  readonly kept = new KeptStores();
  readonly snapshots = new Snapshots();

  private readonly options: ScannerOptions;
  private settings: ScanSettings;
  private readonly changes: ChangeLog;
  private lastConfig: OpenClawConfig | null = null;
  private readonly guard: AgentGuard;
  private latest: Latest | null = null;
  private quickScan: Promise<unknown> = Promise.resolve();
  private taken: Taken | null = null;
  private readonly renderer: Renderer;
  private indexReads = 0;

  constructor(options: ScannerOptions) {
    this.options = options;
    this.settings = options.settings;
    this.changes = new ChangeLog(options.log);
    this.guard = new AgentGuard(options);
    this.renderer = new Renderer(options, () => this.settings['runbook-url']);
  }

  /** Takes effect at the next scan; what is known of files is kept. */
  configure(settings: ScanSettings): void {
    this.settings = settings;
    // The page has links and limits of the settings, also where every figure stays as it is.
    this.renderer.forget();
  }

  /** Indexes, `stat` of transcripts, and what is new at their ends. */
  quick(): Promise<ScanResult> {
    // One after the other: a deep scan ends with a quick one, and the next tick may come meanwhile.
    const scan = this.quickScan.then(async () => {
      this.latest = await this.look();
      return this.publish(this.latest);
    });
    this.quickScan = scan.catch(() => undefined);
    return scan;
  }

  /** Validates every byte of transcripts that was not validated before; quick scans run between its slices. */
  async deep(): Promise<ScanResult> {
    if (this.latest === null) await this.quick();
    const agentsAt = agentsByPath(this.latest?.discovery.agents ?? [], this.latest?.readings ?? []);
    let path: string | null = null;
    const totalBytes = this.kept.unvalidatedBytes();
    const before = this.kept.validatedBytes();
    for (const step of this.kept.validate(this.moment())) {
      this.options.onValidated?.({
        doneBytes: Math.min(totalBytes, this.kept.validatedBytes() - before),
        totalBytes,
      });
      await this.options.pause();
      if (step !== undefined) path = step.path;
      const agents = [...((path === null ? null : agentsAt.get(path)) ?? [])];
      if (step !== undefined && 'error' in step) {
        for (const agent of agents) {
          this.guard.leaveAlone(agent, step.path);
          this.guard.note(agent, 'validate', step.error);
        }
      }
      await this.enterValidation(agents[0] ?? null, path);
    }
    return this.quick();
  }

  /** Says that validation goes on. A quick scan that runs, or begins meanwhile, says other places: so this comes after it. */
  private async enterValidation(agent: string | null, path: string | null): Promise<void> {
    for (let before: Promise<unknown> | null = null; before !== this.quickScan; ) {
      before = this.quickScan;
      await before;
      await this.guard.enter(agent, 'validate', path);
    }
  }

  get counts(): Pick<Work, 'indexReads' | 'renders'> {
    return { indexReads: this.indexReads, renders: this.renderer.renders };
  }

  /** How much was done so far; the log has it at the level `debug`. */
  work(): Work {
    const { looks, config, files, databases } = this.kept;
    return {
      ...looks.counts,
      ...this.counts,
      ...this.snapshots.counts,
      configReads: config.reads,
      transcriptBytes: files.transcripts.bytesRead,
      databaseReads: databases.counts.reads,
      rows: databases.counts.rows,
      eventBytes: databases.counts.eventBytes,
      labels: this.latest?.terms.sessionLabels.made ?? 0,
    };
  }

  private async look(): Promise<Latest> {
    const { pause } = this.options;
    const { settings, kept, latest: before } = this;
    const mappings = settings['openclaw.path-map'];
    kept.startScan();
    const found = await discover({
      ...settings,
      mappings,
      lastConfig: this.lastConfig,
      keptConfig: kept.config,
      registry: kept.registry,
      heads: kept.heads,
      visits: this.guard.visits(),
      env: process.env,
    });
    const discovery = unchanged(before?.discovery, found);
    await pause();
    if (discovery.configError === null) this.lastConfig = discovery.config;
    const terms = scanTerms(settings, discovery, before?.terms);
    const readings: StoreReading[] = [];
    const leftAlone = new Set<string>();
    for (const store of discovery.agents) {
      if (!(await this.guard.begin(store))) {
        leftAlone.add(store.agent);
        readings.push(this.guard.unreadOf(store));
        continue;
      }
      const reading = await this.guard.run(store.agent, 'read', () =>
        readStore(store, {
          stateDir: discovery.stateDir,
          mappings,
          links: discovery.links,
          readIndex: (path, root) => this.countedIndex(path, root),
          leavesTranscripts: has(discovery.config.version, 'transcriptsBesideIndex') !== true,
          readsJson5: has(discovery.config.version, 'strictJsonIndex') === false,
          config: discovery.config,
          looks: kept.looks,
          kept,
          needsLastUsage: terms.needsLastUsage,
          registryUnread: discovery.registryUnread,
          gatewayVersions: [discovery.config.version, discovery.registryVersion],
          now: this.moment(),
          pause,
        }),
      );
      readings.push(reading ?? this.guard.unreadOf(store));
      await pause();
    }
    const transcripts = areSame(before?.readings, readings) ? (before?.transcripts ?? NONE) : transcriptsOf(readings);
    const files = await agentFiles({
      stores: discovery.agents,
      referenced: transcripts,
      now: this.now(),
      isDeadPid: settings['openclaw.same-pid-namespace'] ? isDeadPid : null,
      looks: kept.looks,
      kept: kept.agentFiles,
      pause,
      leftAlone,
      guard: (agent, count) => this.guard.run(agent, 'files', count),
    });
    await this.guard.enterPublish(readings);
    kept.endScan(transcripts);
    return { discovery, terms, readings, transcripts, files };
  }

  private countedIndex(path: string, root: string) {
    this.indexReads += 1;
    return (this.options.readIndex ?? readIndex)(path, root);
  }

  /** What is thrown for the sessions of one agent costs that agent. */
  private async publish(latest: Latest): Promise<ScanResult> {
    try {
      return await this.publishAll(latest);
    } catch (error) {
      const bad = await this.failingAlone(latest);
      if (bad.size === 0) throw error;
      const unread = latest.discovery.agents
        .filter(({ agent }) => bad.has(agent))
        .map((store) => this.guard.unreadOf(store));
      const readings = latest.readings.map((reading) => unread.find(({ agent }) => agent === reading.agent) ?? reading);
      return this.publishAll({ ...latest, readings });
    }
  }

  /** The agents that cannot be published alone either. */
  private async failingAlone(latest: Latest): Promise<ReadonlySet<string>> {
    const failing = new Set<string>();
    for (const reading of latest.readings) {
      let step = 'judge';
      try {
        const { snapshot } = await this.judge({ ...latest, readings: [reading] }, new Snapshots());
        step = 'render';
        await this.renderer.draw(snapshot, latest.terms.sessionLabels, this.now());
      } catch (error) {
        failing.add(reading.agent);
        this.guard.note(reading.agent, step, error);
      }
      await this.options.pause();
    }
    return failing;
  }

  private async judge(latest: Latest, snapshots: Snapshots): Promise<Taken> {
    const slices = snapshots.take(this.inputOf(latest));
    let slice = slices.next();
    for (; slice.done !== true; slice = slices.next()) await this.options.pause();
    return slice.value;
  }

  private inputOf({ discovery, terms, readings, files }: Latest): SnapshotInput {
    const { settings } = this;
    return {
      discovery,
      readings,
      files,
      terms,
      sessionLimit: settings['session.limit'],
      disabledChecks: settings.disabledChecks,
      deepScanned: this.kept.validatedOnce,
      now: this.now(),
    };
  }

  private async publishAll(latest: Latest): Promise<ScanResult> {
    const { discovery } = latest;
    const taken = await this.judge(latest, this.snapshots);
    const { snapshot, checks } = taken;
    const { sessionLabels } = latest.terms;
    const { rendered, page } =
      this.options.renders === false ? NOT_RENDERED : await this.renderer.render(snapshot, sessionLabels, this.now());
    // The same one: nothing changed, and there is no news.
    if (taken !== this.taken) this.changes.report(discovery, snapshot, checks);
    this.changes.reportFailures(snapshot, this.guard.failures);
    this.taken = taken;
    this.options.log.debug('scan ended, work so far', this.work());
    const { config, agents: stores } = discovery;
    const labelOf = (key: string) => sessionLabels.of(key);
    return { snapshot, config, stores, labelOf, checks, rendered, page };
  }

  private moment(): Moment {
    return (this.options.clock ?? systemClock)();
  }

  private now(): number {
    return this.moment().wallMs;
  }
}

const NONE: ReadonlySet<string> = new Set();

function transcriptsOf(readings: readonly StoreReading[]): Set<string> {
  return new Set(readings.flatMap((reading) => (reading.readable ? reading.transcriptPaths : [])));
}
