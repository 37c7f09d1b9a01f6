/**
 * Does something by a clock that is so far ahead, or behind: whoever asks for the time meanwhile gets that one. It must not
 * wait for anything.
 */
export const dated = <T>(aheadMs: number, act: () => T): T => byClock((nowMs) => nowMs + aheadMs, act);

/** Does something at one instant, to the millisecond. It must not wait for anything. */
export const datedAt = <T>(instantMs: number, act: () => T): T => byClock(() => instantMs, act);

function byClock<T>(clock: (nowMs: number) => number, act: () => T): T {
  const real = globalThis.Date;
  const now = () => clock(real.now());
  globalThis.Date = new Proxy(real, {
    construct: (target, args) => Reflect.construct(target, args.length === 0 ? [now()] : args) as object,
    get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
  });
  try {
    return act();
  } finally {
    globalThis.Date = real;
  }
}
