import { growthRatio, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn } from '../run/rounds.js';
import { HOURS_OF_WEEK, HospitalsWeek, WEEK_ROUNDS } from './hospitals-week.js';

/** Opened one after the other by the control. */
const HOURS_OF_DAY = 24;

/** What a hospital waits that looks at a patient's week. */
export const accessWeekVsOne: Measure = {
  name: 'access_week_vs_one',
  unit: 'ms',
  budget: { atMost: 12 },
  a: `${HOURS_OF_WEEK} hourly records in one request`,
  b: 'one record',
  what: `Wall-clock time of a hospital's request, from HTTP to HTTP, on the embedded network with all services: signed
    requests, decided in one transaction by two organisations, released by two providers, every signature checked, opened.
    The records are those that the gateway made of a week of readings.`,
  controlWhat: `${HOURS_OF_DAY} records opened one after the other, against one`,
  whyMissed: `One record is mostly waiting: for the block with its permit, and for peers. A week waits once and is computed for each
    record: a little more than half of that by the api and the providers, the rest by the network, which has the same two
    processors. Most of the api's is opening and checking (signatures, key agreement, content); most of the chaincode's is verifying
    the signed requests, which each endorser does. The garbage of a week's answers is a large part in all of them.`,

  async run(context: BenchContext): Promise<Outcome> {
    await using hospital = await HospitalsWeek.start(context);
    context.progress('week of records: rounds');
    const [week = [], single = [], day = []] = await inTurn(WEEK_ROUNDS[context.quick ? 'quick' : 'full'], [
      () => hospital.openWeek(),
      () => hospital.openEach(1),
      () => hospital.openEach(HOURS_OF_DAY),
    ]);
    return { measured: growthRatio(week, single), control: growthRatio(day, single) };
  },
};
