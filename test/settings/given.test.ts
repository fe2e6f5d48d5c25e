import { describe, expect, it } from 'vitest';
import { envName, FLAGS } from '../../src/settings/flags.ts';
import { unknownVariables } from '../../src/settings/given.ts';

describe('unknownVariables', () => {
  it('takes the variable of every flag, and whatever is not ours', () => {
    const ours = Object.fromEntries(FLAGS.map(({ name }) => [envName(name), 'x']));
    expect(
      unknownVariables({ ...ours, PATH: '/bin', OPENCLAW_STATE_DIR: '/x', openclaw_store_exporter_x: '' }),
    ).toEqual([]);
  });

  it.each([
    'OPENCLAW_STORE_EXPORTER_WEB_LISTEN_ADRESS',
    'OPENCLAW_STORE_EXPORTER_',
    'OPENCLAW_STORE_EXPORTER_web_listen_address',
    'OPENCLAW_STORE_EXPORTER_PORTS',
    'OPENCLAW_STORE_EXPORTER_SERVICE',
    'OPENCLAW_STORE_EXPORTER_SERVICE_NAME',
  ])('names %s', (name) => {
    expect(unknownVariables({ [name]: 'x' })).toEqual([name]);
  });

  it.each([
    'SERVICE_HOST',
    'SERVICE_PORT',
    'SERVICE_PORT_METRICS',
    'PORT',
    'PORT_10789_TCP',
    'PORT_10789_TCP_PROTO',
    'PORT_10789_TCP_PORT',
    'PORT_10789_TCP_ADDR',
  ])('takes …_%s, which Kubernetes sets for a Service of our name', (name) => {
    expect(unknownVariables({ [`OPENCLAW_STORE_EXPORTER_${name}`]: '10.0.0.1' })).toEqual([]);
  });
});
