import { z } from 'zod';
import { type FiredAlert, seconds } from './alerts.ts';

const Route = z.object({
  matchers: z.array(z.string()).default([]),
  receiver: z.string(),
  group_by: z.array(z.string()).optional(),
  group_wait: z.string().optional(),
  group_interval: z.string().optional(),
  repeat_interval: z.string().optional(),
});

/** What of `alertmanager.yml` decides which messages are sent. */
export const AlertmanagerConfig = z.object({
  route: Route.extend({ routes: z.array(Route) }),
  inhibit_rules: z.array(
    z.object({
      source_matchers: z.array(z.string()),
      target_matchers: z.array(z.string()),
      equal: z.array(z.string()),
    }),
  ),
});

export interface Message {
  readonly time: number;
  readonly receiver: string;
  readonly firing: readonly FiredAlert[];
  /** Something began to fire, or it is a repeat. Else it only says that something ended, which wakes nobody. */
  readonly isNews: boolean;
}

type Labels = Readonly<Record<string, string>>;

/** Whether all matchers hold, as `alertname =~ "A|B"`. A label that is not there is empty. */
function matches(matchers: readonly string[], labels: Labels): boolean {
  return matchers.every((matcher) => {
    const [, label = '', operator, value = ''] = /^(\w+) (=~|!~|!=|=) "(.*)"$/.exec(matcher) ?? [];
    const own = labels[label] ?? '';
    const holds = operator === '=' || operator === '!=' ? own === value : new RegExp(`^(?:${value})$`).test(own);
    return holds === (operator === '=' || operator === '=~');
  });
}

function isFiring({ firing }: FiredAlert, time: number): boolean {
  return firing.some(({ from, to }) => from <= time && time < to);
}

/**
 * The messages that Alertmanager sends about these alerts, by its own way: routes and groups, `group_wait` for a new group,
 * then a look every `group_interval`, inhibition, and a message when something is new, has ended, or is to be repeated.
 */
export function messagesOf(
  config: z.infer<typeof AlertmanagerConfig>,
  alerts: readonly FiredAlert[],
  end: number,
): Message[] {
  const groups = Map.groupBy(alerts, ({ labels }) => {
    const route = config.route.routes.find((each) => matches(each.matchers, labels));
    const by = (route?.group_by ?? config.route.group_by ?? []).map((label) => labels[label] ?? '');
    return JSON.stringify([route === undefined ? -1 : config.route.routes.indexOf(route), ...by]);
  });
  const isHeldBack = inhibition(config, alerts);
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    const { route } = config;
    const own = route.routes.find((each) => first !== undefined && matches(each.matchers, first.labels));
    const setting = (name: 'group_wait' | 'group_interval' | 'repeat_interval') =>
      seconds(own?.[name] ?? route[name] ?? '0s');
    return messagesOfGroup({
      members,
      receiver: own?.receiver ?? route.receiver,
      wait: setting('group_wait'),
      interval: setting('group_interval'),
      repeat: setting('repeat_interval'),
      isHeldBack,
      end,
    });
  });
}

function inhibition(config: z.infer<typeof AlertmanagerConfig>, alerts: readonly FiredAlert[]) {
  const rules = config.inhibit_rules.map((rule) => ({
    ...rule,
    sources: alerts.filter(({ labels }) => matches(rule.source_matchers, labels)),
  }));
  return (alert: FiredAlert, time: number) =>
    rules.some(
      ({ sources, target_matchers, equal }) =>
        matches(target_matchers, alert.labels) &&
        sources.some(
          (source) =>
            source !== alert &&
            isFiring(source, time) &&
            equal.every((label) => (source.labels[label] ?? '') === (alert.labels[label] ?? '')),
        ),
    );
}

interface Group {
  readonly members: readonly FiredAlert[];
  readonly receiver: string;
  readonly wait: number;
  readonly interval: number;
  readonly repeat: number;
  readonly isHeldBack: (alert: FiredAlert, time: number) => boolean;
  readonly end: number;
}

function messagesOfGroup({ members, receiver, wait, interval, repeat, isHeldBack, end }: Group): Message[] {
  const messages: Message[] = [];
  const starts = members.flatMap(({ firing }) => firing.map(({ from }) => from)).toSorted((one, other) => one - other);
  let sent: ReadonlySet<FiredAlert> = new Set();
  let sentAt = Number.NEGATIVE_INFINITY;
  let after = Number.NEGATIVE_INFINITY;
  for (;;) {
    // A new group, when the first alert comes after the last group was empty.
    const start = starts.find((time) => time > after);
    if (start === undefined) return messages;
    let look = start + wait;
    for (; look <= end; look += interval) {
      const time = look;
      const present = members.filter((alert) => isFiring(alert, time));
      const firing = present.filter((alert) => !isHeldBack(alert, time));
      const isNew = firing.some((alert) => !sent.has(alert));
      const isRepeat = firing.length > 0 && time - sentAt >= repeat;
      const hasEnded = [...sent].some((alert) => !present.includes(alert));
      if (isNew || isRepeat || hasEnded) {
        messages.push({ time, receiver, firing, isNews: isNew || isRepeat });
        sent = new Set(firing);
        sentAt = time;
      }
      if (present.length === 0) break;
    }
    if (look > end) return messages;
    after = look;
  }
}
