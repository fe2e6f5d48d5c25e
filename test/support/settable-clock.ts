import { readFileSync } from 'node:fs';

/**
 * Loaded before a program (`node --import`): its wall clock is off by the milliseconds that the file `SET_CLOCK_BY` says,
 * as if somebody had set it. Timers and `performance.now()` go on as they do then.
 */
const path = process.env.SET_CLOCK_BY ?? '';
const RealDate = Date;

function now(): number {
  return RealDate.now() + Number(readFileSync(path, 'utf8'));
}

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, self) => Reflect.construct(target, args.length === 0 ? [now()] : args, self),
  apply: () => new RealDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
