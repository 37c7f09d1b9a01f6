import { expect, test } from '@jest/globals';
import { DeviceDayRun } from '../../../testing/device-day.js';
import { seeded } from '../../../testing/random.js';
import { silenceSpells, type DeviceArrival, type DeviceDay } from '../../../testing/reference/silence.js';
import type { SettingsVersion } from '../../model/settings.js';
import type { ClosedSpan, Span } from '../../model/span.js';
import { SettingsHistory } from '../../settings/history.js';

const STEP = 30_000;
const MINUTE = 60_000;
const STEPS = 600;
const LIMIT = 10 * MINUTE;
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
  // Limits change by the patient's settings, or the device has none all day.
  const limits: DeviceDay['limits'][number][] = [{ from: -Infinity, limitMs: LIMIT }];
  const hasLimit = random() < 0.7;
  for (let step = 0; step < STEPS; step += 20 + Math.floor(random() * 200)) {
    if (isThere(at(step)))
      limits.push({ from: at(step), limitMs: hasLimit ? (2 + Math.floor(random() * 30)) * MINUTE : null });
  }
  return {
    ...{ arrivals, notAwaited, absences, limits, stepMs: STEP, from: FROM, until: at(STEPS) },
    authoritiesAfterMs: 40 * MINUTE,
  };
}

/** Limits by an authority's statements, and pauses by the patient's: each is stated when it begins, and ends before the next. */
function historyOf({ limits, notAwaited, authoritiesAfterMs }: DeviceDay): SettingsHistory {
  const starts = [...limits.slice(1), ...notAwaited].map(({ from }) => from);
  const versions = [...new Set(starts)]
    .sort((a, b) => a - b)
    .map((from, n): SettingsVersion => {
      const cgmMs = limits.findLast((limit) => limit.from <= from)?.limitMs ?? null;
      const pause = notAwaited.findLast((span) => span.from <= from);
      const pausedUntil = pause?.until ?? undefined;
      return {
        ...{ version: n + 1, hash: String(n), from, by: 'authority' },
        patient: pausedUntil === undefined ? {} : { devices: { dev_a: { pausedUntil } } },
        authority: { silence: { cgmMs, authoritiesAfterMs } },
      };
    });
  return new SettingsHistory(versions);
}

/** The engine over such a day, its clock looking as often as it likes. */
function run(day: DeviceDay, mayTick: () => boolean, howFreed: 'suspended' | 'paused'): DeviceDayRun {
  const { authoritiesAfterMs, notAwaited, absences } = day;
  const isSuspended = howFreed === 'suspended';
  const history = historyOf(isSuspended ? { ...day, notAwaited: [] } : day);
  const engine = new DeviceDayRun({ silence: { cgmMs: LIMIT, authoritiesAfterMs } }, history);
  const describe = (spans: readonly Span[]) =>
    engine.settings({ devices: { dev_a: { kind: 'cgm', notAwaited: spans } } });
  describe([]);
  for (let at = day.from; at <= day.until; at += day.stepMs) {
    if (absences.some(({ until }) => until === at))
      engine.away(...absences.filter(({ until }) => until <= at));
    if (isSuspended && notAwaited.some(({ from }) => from === at))
      describe(notAwaited.filter(({ from }) => from <= at));
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
    // A pause is a time; that a sensor is new, and nothing else, is none.
    const paused = { ...day, notAwaited: day.notAwaited.filter(({ from, until }) => until !== from) };
    for (const [howFreed, wanted] of [
      ['suspended', day],
      ['paused', paused],
    ] as const) {
      const expected = silenceSpells(wanted);
      spells += expected.length;
      for (const share of [1, 0.1, 0]) {
        const said = run(wanted, () => random() < share, howFreed).spells();
        expect({ seed, howFreed, share, spells: said }).toEqual({ seed, howFreed, share, spells: expected });
      }
    }
  }
  expect(spells).toBeGreaterThan(DAYS);
});
