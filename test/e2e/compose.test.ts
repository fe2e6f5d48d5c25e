import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { engine, needsEngine } from '../support/engines.ts';

const run = promisify(execFile);
const REPOSITORY = join(import.meta.dirname, '../..');
const COMPOSE = join(REPOSITORY, 'deploy/compose');

const bind = z.strictObject({
  type: z.literal('bind'),
  source: z.string(),
  target: z.string(),
  read_only: z.literal(true),
  bind: z.strictObject({ create_host_path: z.literal(false) }),
});
const composeFile = z.strictObject({
  services: z.record(z.string(), z.looseObject({ ports: z.array(z.string()), volumes: z.array(z.string().or(bind)) })),
  volumes: z.record(z.string(), z.strictObject({})),
});

describe('compose.yaml', () => {
  const { services, volumes } = composeFile.parse(parse(readFileSync(join(COMPOSE, 'compose.yaml'), 'utf8')));

  it('publishes ports on the loopback address only', () => {
    const ports = Object.values(services).flatMap((service) => service.ports);
    expect(ports).toHaveLength(4);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it('mounts what is there, read-only, or a volume of its own', () => {
    const mounts = Object.values(services).flatMap((service) => service.volumes);
    for (const mount of mounts.filter((each) => typeof each === 'string')) {
      const [source = '', , mode] = mount.split(':');
      if (source.startsWith('.')) {
        expect(statSync(join(COMPOSE, source)).isDirectory(), source).toBe(true);
        expect(mode, mount).toBe('ro');
      } else {
        expect(volumes).toHaveProperty(source);
      }
    }
  });

  it('gives the exporter the state directory where the image looks for it, and no rights', () => {
    expect(services.exporter).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    const target = services.exporter?.volumes.find((mount) => typeof mount !== 'string')?.target;
    expect(readFileSync(join(REPOSITORY, 'Dockerfile'), 'utf8')).toMatch(new RegExp(`STATE_DIR=${target}\\s`));
  });
});

describe.skipIf(needsEngine('promtool'))('prometheus.yml', () => {
  // As the compose file mounts it: the rules beside the configuration.
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'compose-'));
    cpSync(join(COMPOSE, 'prometheus'), join(folder, 'prometheus'), { recursive: true });
    cpSync(join(REPOSITORY, 'alerts'), join(folder, 'openclaw-store-rules'), { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is valid and finds all rule files', async () => {
    const { stdout } = await run(engine('promtool'), ['check', 'config', join(folder, 'prometheus/prometheus.yml')]);
    expect(stdout).toContain('3 rule files found');
  });
});
