import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const REPOSITORY = join(import.meta.dirname, '../..');
/** As `.ci/base-images` makes them. Those of the Dockerfile are pinned by digest, and cannot be pulled everywhere. */
export const BASES = ['NODE_IMAGE=node:24-bookworm-slim', 'BASE_IMAGE=debian:bookworm-slim'];

/** Builds the image of this repository. Not by testcontainers, which does not say why a build failed. */
export async function buildImage(tag: string, args: readonly string[] = []): Promise<void> {
  const given = [...BASES, ...args].flatMap((each) => ['--build-arg', each]);
  await run('docker', ['build', '--force-rm', ...given, '--tag', tag, REPOSITORY], { maxBuffer: 2 ** 26 });
}

/** Docker's answer, without the end of its line. */
export async function docker(...args: readonly string[]): Promise<string> {
  return (await run('docker', args, { maxBuffer: 2 ** 26 })).stdout.trim();
}
