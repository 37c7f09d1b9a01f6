import { describe, expect, test } from '@jest/globals';
import { flagsInOrder } from '../testing/flags.js';
import { delayed, seeded } from '../testing/random.js';
import { reference } from '../testing/reference/index.js';
import { replay, timesOf } from '../testing/replay.js';
import { glucoseOfAllKinds, thresholdsOfAllKinds, vitalsOfAllKinds } from '../testing/streams.js';
import { ruleTime } from './model/reading.js';
import { GLUCOSE_HORIZON_MS, NEWS2_HORIZON_MS } from './model/limits.js';

/** Of rules that the reference knows; silence has one of its own. */
const REFERRED = /^(glucose|news2|check|monitor|blood-pressure|fever)/;
const SEEDS = Array.from({ length: 8 }, (_, seed) => seed + 1);

describe.each([
  ['glucose', glucoseOfAllKinds, GLUCOSE_HORIZON_MS],
  ['vital signs', vitalsOfAllKinds, NEWS2_HORIZON_MS],
  ['pressures and temperatures', thresholdsOfAllKinds, NEWS2_HORIZON_MS],
] as const)('%s of all kinds', (_name, streamOf, horizonMs) => {
  test.each(SEEDS)('comes out as the reference says, in order and late (seed %d)', (seed) => {
    const random = seeded(seed);
    const { readings, overrides } = streamOf(random);
    // What is late comes when others have; its rule time stays what it was. Rows count arrivals.
    const byRuleTime = readings.map((reading) => ({ reading, t: ruleTime(reading) }));
    const late = delayed(byRuleTime, horizonMs / 2, random).map(({ reading }, rowId) => ({
      ...reading,
      rowId,
    }));
    for (const [arrival, groupSize] of [
      [readings, 1],
      [readings, readings.length],
      [late, 3],
    ] as const) {
      const expected = reference(arrival, overrides);
      const outcome = replay(arrival, groupSize, overrides);
      const episodes = outcome.episodes.filter(({ rule }) => REFERRED.test(rule));
      expect(timesOf(episodes)).toEqual(timesOf(expected.episodes));
      if (arrival === readings) expect(episodes).toEqual(expected.episodes);
      expect(outcome.windows).toEqual(expected.windows);
      expect(flagsInOrder(outcome.flagged)).toEqual(flagsInOrder(expected.flags));
    }
  });
});
