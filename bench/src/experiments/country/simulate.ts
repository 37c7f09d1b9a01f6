import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Assumptions, Profile } from './assumptions.js';

const MINUTES_OF_DAY = 1_440;
const MINUTES_OF_HOUR = 60;
const HOURS_OF_DAY = 24;
/** When people measure by hand: centre and half of the width, in minutes of the day. */
const MORNING = { centre: 480, half: 90 };
const EVENING = { centre: 1_200, half: 90 };
/** The same figures in every run. */
const SEED = 20_260_101;

type Population = Pick<Assumptions, 'profiles' | 'emergenciesPerDay'>;

/** A day, for each patient on average, with the busiest times. */
export interface SimulatedDay {
  readonly readings: number;
  /** In the busiest minute. */
  readonly peakReadingsPerMinute: number;
  /** Periodic records, one for each hour with readings, and emergencies. */
  readonly records: number;
  /** Of the busiest hour: all of its windows close at its end. */
  readonly peakRecordsPerHour: number;
}

/** Lets `sample` patients of the population live through a day, minute by minute. */
export function simulateDay({ profiles, emergenciesPerDay }: Population, sample: number): SimulatedDay {
  const random = xoroshiro128plus(SEED);
  const perMinute = new Float64Array(MINUTES_OF_DAY);
  const perHour = new Float64Array(HOURS_OF_DAY);
  let readings = 0;
  for (let n = 0; n < sample; n++) {
    const hours = new Set<number>();
    for (const minute of minutesOf(profileOf(profiles, random), random)) {
      perMinute[minute] = (perMinute[minute] ?? 0) + 1;
      hours.add(Math.floor(minute / MINUTES_OF_HOUR));
      readings++;
    }
    if (uniformFloat64(random) < emergenciesPerDay) count(perHour, uniformInt(random, 0, HOURS_OF_DAY - 1));
    for (const hour of hours) count(perHour, hour);
  }
  return {
    readings: readings / sample,
    peakReadingsPerMinute: Math.max(...perMinute) / sample,
    records: perHour.reduce((sum, each) => sum + each, 0) / sample,
    peakRecordsPerHour: Math.max(...perHour) / sample,
  };
}

function profileOf(profiles: readonly Profile[], random: RandomGenerator): Profile {
  let rest = uniformFloat64(random);
  for (const profile of profiles) {
    if (rest < profile.share) return profile;
    rest -= profile.share;
  }
  const last = profiles.at(-1);
  if (last === undefined) throw new RangeError('A population has profiles');
  return last;
}

/** Minutes of the day at which a patient's device measures. */
function minutesOf({ readingsPerDay, isContinuous }: Profile, random: RandomGenerator): number[] {
  if (isContinuous) {
    const everyMinutes = MINUTES_OF_DAY / readingsPerDay;
    const phase = uniformFloat64(random) * everyMinutes;
    return Array.from({ length: readingsPerDay }, (_, index) => Math.floor(phase + index * everyMinutes));
  }
  return Array.from({ length: readingsPerDay }, (_, index) => {
    const { centre, half } = index % 2 === 0 ? MORNING : EVENING;
    return uniformInt(random, centre - half, centre + half);
  });
}

function count(counts: Float64Array, index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}
