import { createHash } from 'node:crypto';
import type { CheckOutcome } from '../checks/run.ts';
import { prepareNeedsLastUsage } from '../classify.ts';
import { agentFiles } from '../discover/agent-files.ts';
import { type Discovery, discover } from '../discover/discover.ts';
import { isDeadPid } from '../discover/lock-file.ts';
import type { Log } from '../log.ts';
import type { AgentFiles } from '../model/files.ts';
import type { StoreReading } from '../model/reading.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { normalizeAgentId } from '../openclaw/agent-id.ts';
import type { OpenClawConfig } from '../openclaw/config/view.ts';
import { type LabelContext, labelContext, sessionLabel } from '../openclaw/labels.ts';
import { has } from '../openclaw/versions.ts';
import { SNAPSHOT_FAMILIES } from '../publish/metrics/families.ts';
import { renderFamilies } from '../publish/metrics/render.ts';
import { renderStatusFragment } from '../publish/page/status-fragment.ts';
import { takeSnapshot } from '../publish/snapshot.ts';
import { type ReadIndex, readIndex } from '../read/file/index-file.ts';
import { KeptStores } from '../read/kept-stores.ts';
import { readStore } from '../read/read-store.ts';
import { applyPolicy } from '../settings/policy.ts';
import { ChangeLog } from './change-log.ts';
import type { Rendered, ScanSettings } from './messages.ts';

export interface ScannerOptions {
  readonly settings: ScanSettings;
  readonly log: Log;
  /** Called after every slice of work; the scan goes on when it resolves. */
  readonly pause: () => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly readIndex?: ReadIndex;
}

export interface ScanResult {
  readonly snapshot: Snapshot;
  /** The config as it was used. */
  readonly config: OpenClawConfig;
  readonly checks: readonly CheckOutcome[];
  /** null: the figures are those of the scan before. */
  readonly rendered: Rendered | null;
}

/** What the last quick scan saw. */
interface Latest {
  readonly discovery: Discovery;
  readonly labels: LabelContext;
  readonly readings: readonly StoreReading[];
  readonly files: ReadonlyMap<string, AgentFiles>;
}

/** Scans one state directory again and again, and keeps what saves work between the scans. */
export class Scanner {
  /** Work that was done so far. */
  readonly counts = { indexReads: 0, renders: 0 };
  readonly kept = new KeptStores();

  private readonly options: ScannerOptions;
  private settings: ScanSettings;
  private readonly changes: ChangeLog;
  private lastConfig: OpenClawConfig | null = null;
  private latest: Latest | null = null;
  private quickScan: Promise<unknown> = Promise.resolve();
  /** Of the snapshot that was rendered last; null: none was. */
  private fingerprint: string | null = null;

  constructor(options: ScannerOptions) {
    this.options = options;
    this.settings = options.settings;
    this.changes = new ChangeLog(options.log);
  }

  /** Takes effect at the next scan; what is known of files is kept. */
  configure(settings: ScanSettings): void {
    this.settings = settings;
  }

  /** Indexes, `stat` of transcripts, and what is new at their ends. */
  quick(): Promise<ScanResult> {
    // One after the other: a deep scan ends with a quick one, and the next tick may come meanwhile.
    const scan = this.quickScan.then(async () => {
      await this.look();
      return this.publish();
    });
    this.quickScan = scan.catch(() => undefined);
    return scan;
  }

  /** Validates every byte of transcripts that was not validated before; quick scans run between its slices. */
  async deep(): Promise<ScanResult> {
    if (this.latest === null) await this.quick();
    for (const _slice of this.kept.validate(this.now())) {
      await this.options.pause();
      await this.quickScan;
    }
    return this.quick();
  }

  private async look(): Promise<void> {
    const { pause } = this.options;
    const { settings, kept } = this;
    const mappings = settings['openclaw.path-map'];
    kept.startScan();
    const discovery = discover({
      ...settings,
      mappings,
      lastConfig: this.lastConfig,
      registry: kept.registry,
      heads: kept.heads,
      env: process.env,
    });
    await pause();
    if (discovery.configError === null) this.lastConfig = discovery.config;
    const labels = labelContext(
      settings.salt,
      [...discovery.agents.map(({ agent }) => agent), ...boundAgents(discovery.config)],
      discovery.config.channels,
    );
    const { thresholdsOf } = applyPolicy(settings.policy, (key) => sessionLabel(key, labels));
    const needsLastUsage = prepareNeedsLastUsage({
      config: discovery.config,
      version: discovery.registryVersion,
      thresholdsOf,
    });
    const readings: StoreReading[] = [];
    for (const store of discovery.agents) {
      readings.push(
        await readStore(store, {
          stateDir: discovery.stateDir,
          mappings,
          links: discovery.links,
          readIndex: (path, root) => this.countedIndex(path, root),
          leavesTranscripts: has(discovery.config.version, 'transcriptsBesideIndex') !== true,
          readsJson5: has(discovery.config.version, 'strictJsonIndex') === false,
          config: discovery.config,
          kept,
          needsLastUsage,
          registryUnread: discovery.registryUnread,
          gatewayVersions: [discovery.config.version, discovery.registryVersion],
          now: this.now(),
          pause,
        }),
      );
      await pause();
    }
    kept.endScan();
    const files = await agentFiles({
      stores: discovery.agents,
      referenced: new Set(readings.flatMap((reading) => (reading.readable ? reading.transcriptPaths : []))),
      now: this.now(),
      isDeadPid: settings['openclaw.same-pid-namespace'] ? isDeadPid : null,
      pause,
    });
    this.latest = { discovery, labels, readings, files };
  }

  private countedIndex(path: string, root: string) {
    this.counts.indexReads += 1;
    return (this.options.readIndex ?? readIndex)(path, root);
  }

  private async publish(): Promise<ScanResult> {
    if (this.latest === null) throw new Error('nothing was scanned yet');
    const { discovery, labels, readings, files } = this.latest;
    const { settings } = this;
    const { snapshot, checks } = takeSnapshot({
      discovery,
      readings,
      files,
      labels,
      sessionLimit: settings['session.limit'],
      disabledChecks: settings.disabledChecks,
      policy: settings.policy,
      deepScanned: this.kept.validatedOnce,
      now: this.now(),
    });
    this.changes.report(discovery, snapshot, checks);
    return { snapshot, config: discovery.config, checks, rendered: await this.render(snapshot) };
  }

  private now(): number {
    return (this.options.now ?? Date.now)();
  }

  private async render(snapshot: Snapshot): Promise<Rendered | null> {
    const fingerprint = fingerprintOf(snapshot);
    if (fingerprint === this.fingerprint) return null;
    await this.options.pause();
    this.counts.renders += 1;
    const metrics = await renderFamilies(SNAPSHOT_FAMILIES, snapshot, (family) =>
      this.options.log.error('series left out: another series has the same labels', { family }),
    );
    const rendered = { metrics, page: renderStatusFragment(snapshot) };
    this.fingerprint = fingerprint;
    return rendered;
  }
}

/** Where no agents are listed, OpenClaw takes the name in a binding as it is. */
function boundAgents({ routing }: OpenClawConfig): string[] {
  return (routing?.bindings ?? []).map(({ agentId }) => normalizeAgentId(agentId));
}

/** Session by session: one text of a large store would be the largest value in this process. */
function fingerprintOf({ agents, ...state }: Snapshot): string {
  const hash = createHash('sha256').update(JSON.stringify(state));
  for (const agent of agents) {
    const { sessions, ...rest } = agent.readable ? agent : { ...agent, sessions: [] };
    hash.update(JSON.stringify(rest));
    for (const session of sessions) hash.update(JSON.stringify(session));
  }
  return hash.digest('hex');
}
