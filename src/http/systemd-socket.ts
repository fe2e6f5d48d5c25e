import { ExporterError } from '../errors.ts';

/** systemd passes its sockets from this descriptor on. */
const FIRST_FD = 3;

/**
 * The descriptors of the sockets that systemd passed to this process (`sd_listen_fds(3)`). Takes them out of the environment, as no
 * process that is started later has them. Throws an ExporterError when there is none.
 */
export function takeSystemdSockets(env: NodeJS.ProcessEnv, pid: number): number[] {
  const { LISTEN_PID: forPid, LISTEN_FDS: given } = env;
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete env[name];
  const count = Number(given);
  if (given === undefined || forPid === undefined || !Number.isInteger(count) || count < 1)
    throw refusal('systemd passed no socket');
  // A shell or npx in between keeps the variables, and has a process id of its own.
  if (Number(forPid) !== pid)
    throw refusal(
      `systemd passed its socket to process ${forPid}, and this is ${pid}: let the service start the exporter directly`,
    );
  return Array.from({ length: count }, (_, at) => FIRST_FD + at);
}

function refusal(problem: string): ExporterError {
  return new ExporterError(
    'E_LISTEN',
    `--web.systemd-socket: ${problem}; start it by a .socket unit (deploy/systemd has one), or leave the flag out`,
  );
}
