import { expect, it } from 'vitest';
import { takeSystemdSockets } from '../../src/http/systemd-socket.ts';

it.each([
  ['1', [3]],
  ['2', [3, 4]],
])('the sockets of LISTEN_FDS=%s are taken out of the environment', (count, fds) => {
  const env = { LISTEN_PID: '7', LISTEN_FDS: count, LISTEN_FDNAMES: 'web', OTHER: 'x' };
  expect(takeSystemdSockets(env, 7)).toEqual(fds);
  expect(env).toEqual({ OTHER: 'x' });
});

it.each([
  ['no variables', {}, 'systemd passed no socket; start it by a .socket unit'],
  ['no socket', { LISTEN_PID: '7', LISTEN_FDS: '0' }, 'systemd passed no socket'],
  ['no number', { LISTEN_PID: '7', LISTEN_FDS: 'x' }, 'systemd passed no socket'],
  ['no process', { LISTEN_FDS: '1' }, 'systemd passed no socket'],
  [
    'another process',
    { LISTEN_PID: '6', LISTEN_FDS: '1' },
    'to process 6, and this is 7: let the service start the exporter directly',
  ],
])('with %s it is refused', (_, env: NodeJS.ProcessEnv, message) => {
  expect(() => takeSystemdSockets(env, 7)).toThrow(message);
});
