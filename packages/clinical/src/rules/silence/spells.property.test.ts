import { expect, test } from '@jest/globals';
import { DeviceDayRun } from '../../../testing/device-day.js';
import { seeded } from '../../../testing/random.js';
import { silenceSpells, type DeviceArrival, type DeviceDay } from '../../../testing/reference/silence.js';
import type { ClosedSpan, Span } from '../../model/span.js';

const STEP = 30_000;
const MINUTE = 60_000;
const STEPS = 600;
const FROM = Date.UTC(2026, 2, 1, 8);
const DAYS = 25;

/** A device's day: live for a while, silent for a while, backlogs, refusals, pauses, and a gateway that is away at times. */
function randomDay(random: () => number): DeviceDay {
  const at = (step: number): number => FROM + step * STEP;
  const absences: ClosedSpan[] = [];
  for (let step = 20; step < STEPS; step += 20 + Math.floor(random() * 120)) {
    const from = step;
    step += 1 + Math.floor(random() * 40);
    if (step < STEPS && random() < 0.6) absences.push({ from: at(from), until: at(step) });
  }
  const isThere = (ms: number) => !absences.some(({ from, until }) => from <= ms && ms <= until);
  const notAwaited: Span[] = [];
  for (let step = 50; step < STEPS; step += 50 + Math.floor(random() * 300)) {
    if (!isThere(at(step))) continue;
    const length = random() < 0.5 ? 0 : Math.floor(random() * 60);
    notAwaited.push({ from: at(step), until: at(step + length) });
    step += length;
  }
  const arrivals: DeviceArrival[] = [];
  let share = 0.5;
  for (let step = 0; step < STEPS; step++) {
    if (random() < 0.03) share = [0, 0, 0.05, 0.5][Math.floor(random() * 4)] ?? 0;
    if (random() >= share || !isThere(at(step))) continue;
    const kind = (['live', 'live', 'live', 'backlog', 'implausible', 'refused'] as const)[
      Math.floor(random() * 6)
    ];
    arrivals.push({ at: at(step), kind: kind ?? 'live' });
  }
  return {
    ...{ arrivals, notAwaited, absences, stepMs: STEP, from: FROM, until: at(STEPS) },
    ...{ limitMs: (2 + Math.floor(random() * 12)) * MINUTE, authoritiesAfterMs: 40 * MINUTE },
  };
}

/** The engine over such a day, its clock looking as often as it likes. */
function run(day: DeviceDay, mayTick: () => boolean): DeviceDayRun {
  const { limitMs: cgmMs, authoritiesAfterMs, notAwaited, absences } = day;
  const engine = new DeviceDayRun({ silence: { cgmMs, authoritiesAfterMs } });
  const describe = (spans: readonly Span[]) =>
    engine.settings({ devices: { dev_a: { kind: 'cgm', notAwaited: spans } } });
  describe([]);
  for (let at = day.from; at <= day.until; at += day.stepMs) {
    if (absences.some(({ until }) => until === at))
      engine.away(...absences.filter(({ until }) => until <= at));
    if (notAwaited.some(({ from }) => from === at)) describe(notAwaited.filter(({ from }) => from <= at));
    for (const arrival of day.arrivals) if (arrival.at === at) engine.arrive(arrival);
    const isAway = absences.some(({ from, until }) => from <= at && at < until);
    if (!isAway && mayTick()) engine.tick(at);
  }
  engine.tick(day.until);
  return engine;
}

test('spells come out as a brute-force reference says, however often the clock looks', () => {
  let spells = 0;
  for (let seed = 1; seed <= DAYS; seed++) {
    const random = seeded(seed);
    const day = randomDay(random);
    const expected = silenceSpells(day);
    spells += expected.length;
    for (const share of [1, 0.1, 0]) {
      const said = run(day, () => random() < share);
      expect({ seed, share, spells: said.spells() }).toEqual({ seed, share, spells: expected });
    }
  }
  expect(spells).toBeGreaterThan(DAYS);
});
