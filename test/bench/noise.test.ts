import { expect, test } from 'vitest';
import { type FiredAlert, firedAlerts } from '../../bench/noise/alerts.ts';
import { AlertmanagerConfig, messagesOf } from '../../bench/noise/messages.ts';
import { RULES } from '../alerts/all-rules.ts';

const HOUR = 3600;

const CONFIG = AlertmanagerConfig.parse({
  route: {
    receiver: 'nowhere',
    group_by: ['alertname', 'instance'],
    group_wait: '30s',
    group_interval: '5m',
    repeat_interval: '4h',
    routes: [
      { matchers: ['severity = "critical"'], receiver: 'page' },
      { matchers: ['severity =~ "w.+"'], receiver: 'week' },
    ],
  },
  inhibit_rules: [
    { source_matchers: ['severity = "critical"'], target_matchers: ['severity = "warning"'], equal: ['agent'] },
  ],
});

function alert(labels: Readonly<Record<string, string>>, from: number, to = Number.POSITIVE_INFINITY): FiredAlert {
  return { labels: { alertname: 'A', instance: 'a', ...labels }, firing: [{ from, to }], holds: new Set() };
}

const page = { severity: 'critical', agent: 'x' };

test.each([
  ['one alert is sent after the wait, and when it has ended', [alert(page, 0, HOUR)], ['30 page 1', '3630 page 0']],
  ['an alert that goes on is repeated', [alert(page, 0)], ['30 page 1', '14430 page 1', '28830 page 1']],
  [
    'what joins a group comes with its next look',
    [alert(page, 0, 1000), alert({ ...page, agent: 'y' }, 100, 1000)],
    ['30 page 1', '330 page 2', '1230 page 0'],
  ],
  [
    'another gateway is another group',
    [alert(page, 0, 400), alert({ ...page, instance: 'b' }, 0, 400)],
    ['30 page 1', '630 page 0', '30 page 1', '630 page 0'],
  ],
  [
    'what is held back is sent when its source has ended',
    [alert(page, 0, 1000), alert({ ...page, severity: 'warning', alertname: 'B' }, 0, 2000)],
    ['30 page 1', '1230 page 0', '1230 week 1', '2130 week 0'],
  ],
  [
    'an alert that comes again is sent again',
    [
      {
        ...alert(page, 0),
        firing: [
          { from: 0, to: 100 },
          { from: 5000, to: 5100 },
        ],
      },
    ],
    ['30 page 1', '330 page 0', '5030 page 1', '5330 page 0'],
  ],
  [
    'an alert of no route is sent to the root',
    [alert({ severity: 'info' }, 0, 100)],
    ['30 nowhere 1', '330 nowhere 0'],
  ],
] satisfies [string, FiredAlert[], string[]][])('%s', (_, alerts, expected) => {
  const messages = messagesOf(CONFIG, alerts, 9 * HOUR);
  expect(messages.map(({ time, receiver, firing }) => `${time} ${receiver} ${firing.length}`)).toEqual(expected);
});

test('an alert fires after its time, and goes on for as long as it says', () => {
  const rule = RULES.find(({ alert }) => alert === 'OpenClawStoreMissing') ?? expect.fail();
  const steps = Array.from({ length: 20 }, (_, at) => at * 300);
  const times = [300, 900, 1200, 1500, 1800];
  // 10 minutes after 900, and until 15 minutes after the first step without it.
  expect(firedAlerts(rule, [{ labels: { agent: 'x' }, times }], steps)).toMatchObject([
    { labels: { alertname: rule.alert, severity: 'critical', agent: 'x' }, firing: [{ from: 1500, to: 3000 }] },
  ]);
  expect(firedAlerts(rule, [{ labels: {}, times: [300, 900, 1200] }], steps)).toEqual([]);
});
