import { codeEntry, type CodeSummary, type StatisticName } from '@careledger/clinical';
import { concept, instantOf, quantity } from './elements.js';
import type { CodeableConcept, ObservationComponent, Quantity } from './schema.js';
import { SYSTEM } from './systems.js';

/** A statistic as the operation `Observation/$stats` names it; outer percentiles have no code there. */
interface Statistic {
  readonly code: string;
  readonly display: string;
  readonly system: string;
  readonly name: StatisticName;
  readonly of: (summary: CodeSummary) => number;
}

const COUNT = { code: 'count', display: 'Count', system: SYSTEM.statistics };
const BOUNDS_BELOW = {
  ...{ code: 'bounds-below', display: 'Count of readings that are upper bounds' },
  system: SYSTEM.ownStatistics,
};
const BOUNDS_ABOVE = {
  ...{ code: 'bounds-above', display: 'Count of readings that are lower bounds' },
  system: SYSTEM.ownStatistics,
};
const statistic =
  (system: string) =>
  (code: string, display: string, name: StatisticName, of: Statistic['of']): Statistic => ({
    ...{ code, display, system, name, of },
  });
const stats = statistic(SYSTEM.statistics);
const outer = statistic(SYSTEM.ownStatistics);

const MINIMUM = stats('minimum', 'Minimum', 'min', ({ min }) => min);
const MAXIMUM = stats('maximum', 'Maximum', 'max', ({ max }) => max);
const AVERAGE = stats('average', 'Average', 'mean', ({ mean }) => mean);
const ALL: readonly Statistic[] = [
  MINIMUM,
  MAXIMUM,
  AVERAGE,
  outer('p5', '5th percentile', 'p5', ({ percentiles }) => percentiles.p5),
  stats('4-lower', 'Lower Quartile', 'p25', ({ percentiles }) => percentiles.p25),
  stats('median', 'Median', 'p50', ({ percentiles }) => percentiles.p50),
  stats('4-upper', 'Upper Quartile', 'p75', ({ percentiles }) => percentiles.p75),
  outer('p95', '95th percentile', 'p95', ({ percentiles }) => percentiles.p95),
];

/** `Observation.method` of what holds averages where a profile expects a measurement. */
export const AVERAGE_METHOD: CodeableConcept = concept(SYSTEM.statistics, AVERAGE.code, AVERAGE.display);

/** A level such as ACVPU is an order, not an amount: it has no average and nothing between two levels. */
const LEVEL_UNIT = '{score}';
/** Units that R4's vital-signs profiles have no place for in a component (ValueSet ucum-vitals-common): a ratio of two. */
const RATIOS = new Map([['L/min', ['L', 'min'] as const]]);

/** A level's bound stands in the counts of bounds alone: an integer has no comparator. */
function valueOf(value: number, unit: string, comparator: Quantity['comparator']) {
  if (unit === LEVEL_UNIT) return { valueInteger: value };
  const ratio = RATIOS.get(unit);
  if (ratio === undefined) return { valueQuantity: quantity(value, unit, comparator) };
  return {
    valueRatio: { numerator: quantity(value, ratio[0], comparator), denominator: quantity(1, ratio[1]) },
  };
}

/**
 * The statistics of a code's readings as components. Counts are integers: the vital-signs profiles have no unit for them.
 * Where readings are bounds, what rests on them has a comparator, and two components say how many there are.
 * @param isOneOfSeveral the Observation holds those of several codes: each also says whose it is
 */
export function statisticComponents(summary: CodeSummary, isOneOfSeveral = false): ObservationComponent[] {
  const { code: measured, unit, count, bounds, comparators = {} } = summary;
  const named = ({ system, code, display }: Omit<Statistic, 'of' | 'name'>): CodeableConcept => {
    const { coding } = concept(system, code, display);
    if (isOneOfSeveral) {
      const whose = `${codeEntry(measured)?.display ?? measured}: ${display}`;
      coding.push({ system: SYSTEM.ownStatistics, code: `${measured}.${code}`, display: whose });
    }
    return { coding };
  };
  const statistics = unit === LEVEL_UNIT ? [MINIMUM, MAXIMUM] : ALL;
  return [
    { code: named(COUNT), valueInteger: count },
    ...statistics.map((each) => ({
      code: named(each),
      ...valueOf(each.of(summary), unit, comparators[each.name]),
    })),
    ...(bounds === undefined
      ? []
      : [
          { code: named(BOUNDS_BELOW), valueInteger: bounds.below },
          { code: named(BOUNDS_ABOVE), valueInteger: bounds.above },
        ]),
  ];
}

/** The span that an Observation covers, where its profile has room for a time alone. Both ends inclusive, milliseconds. */
export const periodComponent = (period: {
  readonly start: number;
  readonly end: number;
}): ObservationComponent => ({
  code: concept(SYSTEM.ownStatistics, 'period', 'Period of the readings'),
  valuePeriod: { start: instantOf(period.start), end: instantOf(period.end) },
});
