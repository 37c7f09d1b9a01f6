import { codeEntry, type CodeSummary } from '@careledger/clinical';
import { concept, instantOf, quantity } from './elements.js';
import type { CodeableConcept, ObservationComponent } from './schema.js';
import { SYSTEM } from './systems.js';

/** A statistic as the operation `Observation/$stats` names it; outer percentiles have no code there. */
interface Statistic {
  readonly code: string;
  readonly display: string;
  readonly system: string;
  readonly of: (summary: CodeSummary) => number;
}

const COUNT = { code: 'count', display: 'Count', system: SYSTEM.statistics };
const stats = (code: string, display: string, of: Statistic['of']): Statistic => ({
  code,
  display,
  system: SYSTEM.statistics,
  of,
});
const outer = (code: string, display: string, of: Statistic['of']): Statistic => ({
  code,
  display,
  system: SYSTEM.ownStatistics,
  of,
});

const MINIMUM = stats('minimum', 'Minimum', ({ min }) => min);
const MAXIMUM = stats('maximum', 'Maximum', ({ max }) => max);
const AVERAGE = stats('average', 'Average', ({ mean }) => mean);
const ALL: readonly Statistic[] = [
  MINIMUM,
  MAXIMUM,
  AVERAGE,
  outer('p5', '5th percentile', ({ percentiles }) => percentiles.p5),
  stats('4-lower', 'Lower Quartile', ({ percentiles }) => percentiles.p25),
  stats('median', 'Median', ({ percentiles }) => percentiles.p50),
  stats('4-upper', 'Upper Quartile', ({ percentiles }) => percentiles.p75),
  outer('p95', '95th percentile', ({ percentiles }) => percentiles.p95),
];

/** `Observation.method` of what holds averages where a profile expects a measurement. */
export const AVERAGE_METHOD: CodeableConcept = concept(SYSTEM.statistics, AVERAGE.code, AVERAGE.display);

/** A level such as ACVPU is an order, not an amount: it has no average and nothing between two levels. */
const LEVEL_UNIT = '{score}';
/** Units that R4's vital-signs profiles have no place for in a component (ValueSet ucum-vitals-common): a ratio of two. */
const RATIOS = new Map([['L/min', ['L', 'min'] as const]]);

function valueOf(value: number, unit: string) {
  if (unit === LEVEL_UNIT) return { valueInteger: value };
  const ratio = RATIOS.get(unit);
  if (ratio === undefined) return { valueQuantity: quantity(value, unit) };
  return { valueRatio: { numerator: quantity(value, ratio[0]), denominator: quantity(1, ratio[1]) } };
}

/**
 * The statistics of a code's readings as components. Counts are integers: the vital-signs profiles have no unit for them.
 * @param isOneOfSeveral the Observation holds those of several codes: each also says whose it is
 */
export function statisticComponents(summary: CodeSummary, isOneOfSeveral = false): ObservationComponent[] {
  const { code: measured, unit, count } = summary;
  const named = ({ system, code, display }: Omit<Statistic, 'of'>): CodeableConcept => {
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
    ...statistics.map((statistic) => ({ code: named(statistic), ...valueOf(statistic.of(summary), unit) })),
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
