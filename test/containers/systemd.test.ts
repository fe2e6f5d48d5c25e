import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unpackDebianPackages } from '../../scripts/debian-packages.ts';
import { needsEngine } from '../support/engines.ts';
import { parseExposition, seriesOf } from '../support/exposition.ts';
import { buildImage, docker } from '../support/image.ts';
import { waitFor } from '../support/processes.ts';
import { type UnpackedStore, unpackStore } from '../support/stores.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const EXPORTER = 'openclaw-store-exporter:test-systemd-exporter';
const IMAGE = 'openclaw-store-exporter:test-systemd';
/** Of the user `openclaw`, whose gateway it is. */
const OWNER = 20_789;
const HOME = '/home/openclaw';
const TEXTFILES = '/var/lib/prometheus/node-exporter';

/** systemd, and what it needs that a small Debian does not have. */
const SYSTEMD = ['systemd', 'libsystemd-shared', 'libsystemd0', 'libssl3', 'libfdisk1', 'libkmod2'];
const LIBRARIES = [
  'libapparmor1',
  'libip4tc2',
  'libcryptsetup12',
  'libargon2-1',
  'libjson-c5',
  'libdevmapper1.02.1',
  'dmsetup',
];

const DOCKERFILE = `FROM ${EXPORTER}
USER 0:0
COPY debs /debs
RUN dpkg --install /debs/lib*.deb /debs/dmsetup*.deb && dpkg --install /debs/systemd_*.deb && rm -r /debs
# Of what systemd does when a machine starts only its log and its folders: the kernel here is that of the host.
RUN cd /lib/systemd/system && rm -f sysinit.target.wants/* local-fs.target.wants/* multi-user.target.wants/* timers.target.wants/* \
  && ln -s ../systemd-journald.service ../systemd-tmpfiles-setup.service sysinit.target.wants/
RUN useradd --uid ${OWNER} --create-home openclaw && install -d -o openclaw ${TEXTFILES}
COPY units /etc/systemd/system/
STOPSIGNAL SIGRTMIN+3
HEALTHCHECK NONE
ENTRYPOINT ["/lib/systemd/systemd", "--unit=multi-user.target"]
`;

const AS_A_MACHINE = ['--cgroupns=private', '--env=container=docker', '--tmpfs=/run', '--tmpfs=/run/lock'];
/** What systemd needs to make namespaces. `--privileged` asks for SYS_RESOURCE, too, which not every host can give. */
const MAY_MAKE_NAMESPACES = [
  '--cap-add=ALL',
  '--cap-drop=SYS_RESOURCE',
  '--security-opt=seccomp=unconfined',
  '--security-opt=apparmor=unconfined',
  '--security-opt=systempaths=unconfined',
];

describe.skipIf(needsEngine('docker'))('deploy/systemd, started by systemd as process 1', () => {
  let work = '';
  let store: UnpackedStore;
  let machine = '';

  const inside = (...command: readonly string[]) => docker('exec', machine, ...command);
  const systemctl = (...words: readonly string[]) => inside('systemctl', ...words);

  async function property(unit: string, name: string): Promise<string> {
    return await systemctl('show', '--value', `--property=${name}`, unit);
  }

  async function metrics(): Promise<string> {
    const program =
      'fetch("http://127.0.0.1:10789/metrics").then((r) => r.text()).then((t) => process.stdout.write(t))';
    return await waitFor('the first scan', async () => {
      const text = await inside('node', '-e', program).catch(() => '');
      return text.includes('openclaw_store_state_readable') && `${text}\n`;
    });
  }

  beforeAll(async () => {
    await buildImage(EXPORTER);
    work = mkdtempSync(join(tmpdir(), 'systemd-'));
    unpackDebianPackages('bookworm', [...SYSTEMD, ...LIBRARIES], join(work, 'apt'));
    const context = join(work, 'context');
    mkdirSync(context);
    cpSync(join(work, 'apt/debs'), join(context, 'debs'), { recursive: true });
    cpSync(join(REPOSITORY, 'deploy/systemd'), join(context, 'units'), { recursive: true });
    writeFileSync(join(context, 'Dockerfile'), DOCKERFILE);
    await docker('build', '--quiet', '--force-rm', '--tag', IMAGE, context);
    store = unpackStore('file-2026.2.6-3');
    execFileSync('chown', ['-R', `${OWNER}:${OWNER}`, dirname(store.stateDir)]);
    // Writable where it is mounted: what keeps the exporter from writing is the unit.
    const mount = ['--volume', `${store.stateDir}:${HOME}/.openclaw`];
    // With the second version of cgroups only a privileged container can make its own (never tried: here it is the first).
    const isSecond = (await docker('info', '--format', '{{.CgroupVersion}}')) === '2';
    const rights = isSecond ? ['--privileged'] : MAY_MAKE_NAMESPACES;
    machine = await docker('run', '--detach', ...AS_A_MACHINE, ...rights, ...mount, IMAGE);
    await waitFor(
      'systemd',
      async () => (await systemctl('is-active', 'multi-user.target').catch(() => '')) === 'active',
    );
  });
  afterAll(async () => {
    if (machine) await docker('rm', '--force', '--volumes', machine);
    store?.cleanup();
    rmSync(work, { recursive: true, force: true });
  });

  describe('openclaw-store-exporter@default.service', () => {
    const unit = 'openclaw-store-exporter@default.service';

    it('serves the figures of its user', async () => {
      await systemctl('start', unit);
      const text = await metrics();
      const agents = Object.entries(store.facts.agents).filter(([, { layout }]) => layout !== 'empty');
      expect(agents.length).toBeGreaterThan(0);
      for (const [agent] of agents) expect(text).toContain(`openclaw_store_readable{agent="${agent}"} 1\n`);
      expect(Object.keys(tokens(text)).length).toBeGreaterThan(0);
    });

    it('has no capabilities, no new privileges, and a filter of system calls, in both processes', async () => {
      const main = await property(unit, 'MainPID');
      const child = (await inside('cat', `/proc/${main}/task/${main}/children`)).trim();
      for (const pid of [main, child]) {
        const status = await inside('grep', '-E', '^(Uid|CapEff|CapBnd|NoNewPrivs|Seccomp):', `/proc/${pid}/status`);
        const read = Object.fromEntries(status.split('\n').map((line) => line.split(/:?\s+/)));
        expect(read).toEqual({
          Uid: String(OWNER),
          CapEff: '0000000000000000',
          CapBnd: '0000000000000000',
          NoNewPrivs: '1',
          Seccomp: '2',
        });
      }
    });

    it('can write nowhere but in its own folder', async () => {
      const main = await property(unit, 'MainPID');
      const touch = (path: string) => inside('nsenter', `--target=${main}`, '--mount', 'touch', path);
      for (const path of [`${HOME}/.openclaw/x`, `${HOME}/x`, '/etc/x', `${TEXTFILES}/x`])
        await expect(touch(path), path).rejects.toThrow('Read-only file system');
      await touch('/var/lib/openclaw-store-exporter/default/x');
    });

    it('takes SIGHUP, and keeps its labels through a restart', async () => {
      const before = Object.keys(tokens(await metrics()));
      await systemctl('reload', unit);
      await waitFor('the reload', async () => (await metrics()).includes('last_reload_successful 1\n'));
      await systemctl('restart', unit);
      expect(Object.keys(tokens(await metrics()))).toEqual(before);
      expect(before.some((labels) => /[0-9a-f]{10}/.test(labels))).toBe(true);
      const salt = '/var/lib/openclaw-store-exporter/default/salt';
      expect(await inside('stat', '--format=%a %u', salt)).toBe(`600 ${OWNER}`);
    });

    it('ends with 0', async () => {
      await systemctl('stop', unit);
      expect(await property(unit, 'Result')).toBe('success');
      expect(await property(unit, 'ExecMainStatus')).toBe('0');
    });

    it('serves on the port that its socket holds', async () => {
      const variable = 'OPENCLAW_STORE_EXPORTER_WEB_SYSTEMD_SOCKET=true';
      await inside('sh', '-c', `echo ${variable} > /etc/default/openclaw-store-exporter-default`);
      await systemctl('start', 'openclaw-store-exporter@default.socket');
      // The first scrape starts it.
      expect(await property(unit, 'ActiveState')).toBe('inactive');
      expect(await metrics()).toContain('openclaw_store_state_readable 1\n');
      expect(await property(unit, 'ActiveState')).toBe('active');
      await systemctl('stop', 'openclaw-store-exporter@default.socket', unit);
      expect(await property(unit, 'Result')).toBe('success');
    });
  });

  it('the textfile service writes figures that node_exporter may read, and its timer waits', async () => {
    const unit = 'openclaw-store-exporter-textfile@default';
    await systemctl('start', `${unit}.service`);
    const path = `${TEXTFILES}/openclaw-default.prom`;
    expect(await inside('cat', path)).toContain('openclaw_store_state_readable{gateway="default"} 1\n');
    expect(await inside('stat', '--format=%a %u', path)).toBe(`644 ${OWNER}`);
    await systemctl('enable', '--now', `${unit}.timer`);
    expect(await property(`${unit}.timer`, 'ActiveState')).toBe('active');
  });

  it('the clean-up service ends well, and its timer is off until somebody enables it', async () => {
    const unit = 'openclaw-store-exporter-repair@default';
    await systemctl('start', `${unit}.service`);
    expect(await property(`${unit}.service`, 'Result')).toBe('success');
    expect(await property(`${unit}.timer`, 'ActiveState')).toBe('inactive');
  });
});

function tokens(text: string): Record<string, number> {
  return seriesOf(parseExposition(text), 'openclaw_store_session_tokens');
}
