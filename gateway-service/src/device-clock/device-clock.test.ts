import { describe, expect, test } from '@jest/globals';
import { BOOTS_MAX } from './limits.js';
import { DeviceClock } from './device-clock.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOW_MS = Date.UTC(2026, 5, 1, 8);

const proved = (receivedMs: number) => ({ receivedMs, isProved: true });
const sent = (sentMs: number, seq = 0) => ({ seq, sentMs, boot: undefined, up: undefined });
const ofBoot = (boot: string, up: number) => ({ seq: 0, sentMs: undefined, boot, up });

/** Frames are numbered in the order in which they are made. */
let made = 0;

/** Offsets of frames that are sent by a clock and arrive: pairs of how much later each comes than the first. */
function offsets(clock: DeviceClock, frames: readonly (readonly [sentMs: number, receivedMs: number])[]) {
  return frames.map(
    ([sentMs, receivedMs]) =>
      clock.accept(sent(NOW_MS + sentMs, made++), proved(NOW_MS + receivedMs)).offsetMs,
  );
}

describe('a lag', () => {
  test('of five hours that stays over three frames is an offset, from the third frame on', () => {
    const behind = [0, 5, 10, 15].map(
      (minute) => [minute * MINUTE_MS - 5 * HOUR_MS, minute * MINUTE_MS] as const,
    );
    expect(offsets(new DeviceClock(), behind)).toEqual([0, 0, 5 * HOUR_MS, 5 * HOUR_MS]);
  });

  test('with some jitter is the least of them: the shortest way', () => {
    const behind = [
      [-HOUR_MS, 1_500],
      [MINUTE_MS - HOUR_MS, MINUTE_MS + 400],
      [2 * MINUTE_MS - HOUR_MS, 2 * MINUTE_MS + 900],
    ] as const;
    expect(offsets(new DeviceClock(), behind)).toEqual([0, 0, HOUR_MS + 400]);
  });

  test('of ten minutes or less is the way', () => {
    const late = [0, 1, 2, 3].map((minute) => [(minute - 10) * MINUTE_MS, minute * MINUTE_MS] as const);
    expect(offsets(new DeviceClock(), late)).toEqual([0, 0, 0, 0]);
  });

  test.each([1_000, 5_000, 60_000, 5 * MINUTE_MS])(
    'that shrinks is a backlog: frames of every %i ms, five hours of them, come at once',
    (everyMs) => {
      const backlog = Array.from({ length: 50 }, (_, n) => [n * everyMs - 5 * HOUR_MS, n * 20] as const);
      expect(new Set(offsets(new DeviceClock(), backlog))).toEqual(new Set([0]));
    },
  );

  test('of a clock that runs ahead is an offset too', () => {
    const ahead = [0, 1, 2].map((minute) => [minute * MINUTE_MS + HOUR_MS, minute * MINUTE_MS] as const);
    expect(offsets(new DeviceClock(), ahead)).toEqual([0, 0, -HOUR_MS]);
  });

  test('that is gone, because the clock was set, takes its offset along at once', () => {
    const clock = new DeviceClock();
    offsets(
      clock,
      [0, 1, 2].map((minute) => [minute * MINUTE_MS - 5 * HOUR_MS, minute * MINUTE_MS] as const),
    );
    expect(offsets(clock, [[3 * MINUTE_MS, 3 * MINUTE_MS]])).toEqual([0]);
  });

  test('of a backlog of a device that is five hours behind does not change its offset', () => {
    const clock = new DeviceClock();
    const behind = (minute: number) => [minute * MINUTE_MS - 5 * HOUR_MS, minute * MINUTE_MS] as const;
    offsets(clock, [0, 1, 2].map(behind));
    const offline = Array.from(
      { length: 60 },
      (_, n) => [(3 + n) * MINUTE_MS - 5 * HOUR_MS, 64 * MINUTE_MS + n] as const,
    );
    expect(new Set(offsets(clock, offline))).toEqual(new Set([5 * HOUR_MS]));
  });

  test('says nothing while the gateway’s own clock is not proved', () => {
    const clock = new DeviceClock();
    for (const minute of [0, 1, 2, 3]) {
      const receivedMs = NOW_MS + minute * MINUTE_MS;
      const frame = sent(receivedMs - 5 * HOUR_MS);
      expect(clock.accept(frame, { receivedMs, isProved: false }).offsetMs).toBe(0);
    }
  });
});

describe('a hello', () => {
  test('says what the clock is off, also when it is little', () => {
    const clock = new DeviceClock();
    expect(clock.hello(sent(NOW_MS + 2 * MINUTE_MS), proved(NOW_MS))).toBe(-2 * MINUTE_MS);
    expect(offsets(clock, [[3 * MINUTE_MS, MINUTE_MS]])).toEqual([-2 * MINUTE_MS]);
  });

  test('that differs by the way leaves the offset as it is, and by nearly nothing is none', () => {
    const clock = new DeviceClock();
    clock.hello(sent(NOW_MS - HOUR_MS), proved(NOW_MS));
    expect(clock.hello(sent(NOW_MS - HOUR_MS), proved(NOW_MS + 4_000))).toBe(HOUR_MS);
    expect(clock.hello(sent(NOW_MS - 4_000), proved(NOW_MS))).toBe(0);
  });

  test('holds against lags that stay: they are the way of a device whose clock is right', () => {
    const clock = new DeviceClock();
    clock.hello(sent(NOW_MS), proved(NOW_MS));
    const stored = [0, 1, 2, 3].map((minute) => [(minute - 15) * MINUTE_MS, minute * MINUTE_MS] as const);
    expect(offsets(clock, stored)).toEqual([0, 0, 0, 0]);
  });

  test('of a clock that was an hour ahead is over when the clock is plainly right', () => {
    const clock = new DeviceClock();
    clock.hello(sent(NOW_MS + HOUR_MS), proved(NOW_MS));
    const right = [0, 1, 2].map((minute) => [minute * MINUTE_MS, minute * MINUTE_MS] as const);
    expect(offsets(clock, right)).toEqual([-HOUR_MS, -HOUR_MS, 0]);
  });
});

describe('a clock that is set while its device is connected', () => {
  /** A frame each 5 min that comes at once, by a clock that is ahead by so much then. */
  const live = (...aheadMs: readonly number[]) =>
    aheadMs.map((ahead, n) => [n * 5 * MINUTE_MS + ahead, n * 5 * MINUTE_MS] as const);
  const greeted = (aheadMs = 0): DeviceClock => {
    const clock = new DeviceClock();
    clock.hello(sent(NOW_MS + aheadMs), proved(NOW_MS));
    return clock;
  };

  test.each([
    ['an hour back, as in autumn', [0, -HOUR_MS, -HOUR_MS, -HOUR_MS, -HOUR_MS], [0, 0, 0, HOUR_MS, HOUR_MS]],
    ['five hours back', [0, -5 * HOUR_MS, -5 * HOUR_MS, -5 * HOUR_MS], [0, 0, 0, 5 * HOUR_MS]],
    ['an hour ahead, as in spring', [0, HOUR_MS, HOUR_MS, HOUR_MS, HOUR_MS], [0, 0, 0, -HOUR_MS, -HOUR_MS]],
    ['7 min ahead', [0, 7, 7, 7].map((minutes) => minutes * MINUTE_MS), [0, 0, 0, -7 * MINUTE_MS]],
    ['ahead and back again', [0, HOUR_MS, HOUR_MS, HOUR_MS, 0], [0, 0, 0, -HOUR_MS, 0]],
    ['to 1970', [0, ...Array<number>(3).fill(-NOW_MS)], [0, 0, 0, NOW_MS]],
  ])('after hello: %s', (_name, aheadMs, expected) => {
    expect(offsets(greeted(), live(...aheadMs))).toEqual(expected);
  });

  test('from an hour ahead, of which its hello told, back to the right time: at once', () => {
    expect(offsets(greeted(HOUR_MS), live(HOUR_MS, HOUR_MS, 0, 0))).toEqual([-HOUR_MS, -HOUR_MS, 0, 0]);
  });

  test('further ahead than its hello told', () => {
    const ahead = [HOUR_MS, 2 * HOUR_MS, 2 * HOUR_MS, 2 * HOUR_MS];
    expect(offsets(greeted(HOUR_MS), live(...ahead)).at(-1)).toBe(-2 * HOUR_MS);
  });

  test('before its hello: what it kept from before the clock was set back is as it was sent, and hello holds', () => {
    const clock = greeted(-HOUR_MS);
    const kept = [
      [-10 * MINUTE_MS, 10], // sent by the clock when it was right
      [-5 * MINUTE_MS - HOUR_MS, 20],
      [-HOUR_MS, 30],
    ] as const;
    expect(offsets(clock, kept)).toEqual([0, HOUR_MS, HOUR_MS]);
  });

  test('a filler of an hour ago says nothing of it', () => {
    const clock = greeted();
    offsets(clock, live(0, 0));
    const filler = sent(NOW_MS - HOUR_MS, made - 2);
    expect(clock.accept(filler, proved(NOW_MS + 6 * MINUTE_MS)).offsetMs).toBe(0);
    expect(clock.state.source).toBe('hello');
  });

  test('a clock of a device that says no hello and is 7 min ahead', () => {
    const ahead = Array<number>(4).fill(7 * MINUTE_MS);
    expect(offsets(new DeviceClock(), live(...ahead))).toEqual([0, 0, -7 * MINUTE_MS, -7 * MINUTE_MS]);
  });
});

describe('a token', () => {
  const iat = (offMs: number) => ({ iatMs: NOW_MS + offMs, receivedMs: NOW_MS });

  test('that is more than 600 s off is a sample; one that is less says that there is no such offset', () => {
    const clock = new DeviceClock();
    clock.token(iat(-5 * HOUR_MS));
    expect(clock.state).toMatchObject({ offsetMs: 5 * HOUR_MS, source: 'token' });
    clock.token(iat(-300_000));
    expect(clock.state).toMatchObject({ offsetMs: 0, source: 'none' });
    clock.token(iat(601_000));
    expect(clock.state).toMatchObject({ offsetMs: -601_000, source: 'token' });
  });

  test('of 1970 is believed with the first frame of its connection', () => {
    const clock = new DeviceClock();
    const sample = { iatMs: 3_600_000, receivedMs: NOW_MS };
    clock.tokenWithFrame(sample, sent(3_602_000), proved(NOW_MS + 2_000));
    expect(offsets(clock, [[3_602_000 - NOW_MS, 2_000]])).toEqual([NOW_MS - 3_600_000]);
  });

  test('that is an old one, as its connection’s first frame shows, is none', () => {
    const clock = new DeviceClock();
    clock.tokenWithFrame(iat(-5 * HOUR_MS), sent(NOW_MS + 1_000), proved(NOW_MS + 1_200));
    expect(clock.state.source).toBe('none');
  });
});

describe('a device without a clock', () => {
  const startOf = (clock: DeviceClock, boot: string) =>
    clock.state.boots.find((known) => known.boot === boot)?.startMs;

  test('whose hello was lost after a restart runs in that boot from its third frame on; a backlog of a boot does not', () => {
    const clock = new DeviceClock();
    clock.hello(ofBoot('a', 5), proved(NOW_MS));
    const startMs = NOW_MS + HOUR_MS;
    const isUnknown = [5, 10, 15, 20].map(
      (minute) =>
        clock.accept(ofBoot('b', minute * MINUTE_MS), proved(startMs + minute * MINUTE_MS)).isUnknown,
    );
    expect(isUnknown).toEqual([true, true, false, false]);
    expect(startOf(clock, 'b')).toBe(startMs);
    const backlog = [5, 10, 15, 20].map(
      (minute) => clock.accept(ofBoot('c', minute * MINUTE_MS), proved(startMs + HOUR_MS + minute)).isUnknown,
    );
    expect(backlog).toEqual([true, true, true, true]);
  });

  test('has its times from its first frame, and from a later one that came a shorter way', () => {
    const clock = new DeviceClock();
    expect(clock.accept(ofBoot('a', 60_000), proved(NOW_MS))).toEqual({
      offsetMs: NOW_MS - 60_000,
      isUnknown: false,
    });
    expect(clock.accept(ofBoot('a', 90_000), proved(NOW_MS + 25_000)).offsetMs).toBe(NOW_MS - 65_000);
    expect(clock.accept(ofBoot('a', 120_000), proved(NOW_MS + 90_000)).offsetMs).toBe(NOW_MS - 65_000);
  });

  test('that starts again without hello: the new boot runs, the old one keeps its time', () => {
    const clock = new DeviceClock();
    clock.accept(ofBoot('a', 60_000), proved(NOW_MS));
    clock.accept(ofBoot('b', 1_000), proved(NOW_MS + 300_000));
    expect(clock.accept(ofBoot('a', 70_000), proved(NOW_MS + 301_000))).toEqual({
      offsetMs: NOW_MS - 60_000,
      isUnknown: false,
    });
    expect(startOf(clock, 'a')).toBe(NOW_MS - 60_000);
  });

  test('that says hello: a boot that nobody knew is over, and its readings are as late as can be', () => {
    const clock = new DeviceClock();
    clock.hello(ofBoot('b', 5_000), proved(NOW_MS));
    const { offsetMs, isUnknown } = clock.accept(ofBoot('a', 7_200_000), proved(NOW_MS + 1_000));
    expect(isUnknown).toBe(true);
    // More than 15 min before they came: not news, whenever it was.
    expect(NOW_MS + 1_000 - (7_200_000 + offsetMs)).toBe(15 * MINUTE_MS + 1);
    expect(clock.state.boot).toBe('b');
  });

  test('of a boot that began hours ago: what was over before that is older still', () => {
    const clock = new DeviceClock();
    clock.hello(ofBoot('b', 5 * HOUR_MS), proved(NOW_MS));
    const { offsetMs } = clock.accept(ofBoot('a', 60_000), proved(NOW_MS));
    expect(60_000 + offsetMs).toBe(NOW_MS - 5 * HOUR_MS);
  });

  test('what a hello says of a boot replaces what its counter gained or lost since', () => {
    const clock = new DeviceClock();
    clock.hello(ofBoot('a', 0), proved(NOW_MS));
    clock.hello(ofBoot('a', HOUR_MS), proved(NOW_MS + HOUR_MS + 60_000));
    expect(startOf(clock, 'a')).toBe(NOW_MS + 60_000);
  });

  test('a beginning that was told by a clock which was not proved is replaced by the next that was', () => {
    const clock = new DeviceClock();
    clock.accept(ofBoot('a', 0), { receivedMs: NOW_MS - 9 * HOUR_MS, isProved: false });
    expect(clock.accept(ofBoot('a', 1_000), proved(NOW_MS)).offsetMs).toBe(NOW_MS - 1_000);
  });

  test('that starts again and again takes no more memory for it', () => {
    const clock = new DeviceClock();
    for (let n = 0; n < 100; n++) clock.accept(ofBoot(`boot-${n}`, 0), proved(NOW_MS + n * 1_000));
    expect(clock.state.boots).toHaveLength(BOOTS_MAX);
    expect(startOf(clock, 'boot-99')).toBe(NOW_MS + 99_000);
  });
});
