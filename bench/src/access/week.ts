import { single, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn } from '../run/rounds.js';
import { HOURS_OF_WEEK, HospitalsWeek, WEEK_ROUNDS } from './hospitals-week.js';

/** What a person at the hospital waits for a patient's week. */
export const accessWeek: Measure = {
  name: 'access_week_ms',
  unit: 'ms',
  budget: { atMost: 2_000 },
  a: `${HOURS_OF_WEEK} hourly records in one request`,
  b: null,
  what: `Wall-clock time of that request, as in \`access_week_vs_one\`, with nothing else on the machine: of two processors.`,
  controlWhat: 'the same records opened one after the other',

  async run(context: BenchContext): Promise<Outcome> {
    await using hospital = await HospitalsWeek.start(context);
    context.progress('week of records: rounds');
    const [week = [], each = []] = await inTurn(WEEK_ROUNDS[context.quick ? 'quick' : 'full'], [
      () => hospital.openWeek(),
      () => hospital.openEach(HOURS_OF_WEEK),
    ]);
    return { measured: single(week), control: single(each) };
  },
};
