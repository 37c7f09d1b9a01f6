import { LOINC, type CodeSummary, type TimeInRange, type WindowSummary } from '@careledger/clinical';
import { collection, concept, instantOf, quantity, subjectOf, within } from './elements.js';
import type { Bundle, Observation, ObservationComponent } from './schema.js';
import { tableCode } from './table-code.js';
import { deviceResources, deviceUuid, provenanceOf, type Source } from './source.js';
import { SYSTEM } from './systems.js';
import { uuidOf } from './uuid.js';

export interface PeriodicContent extends Source {
  /** The window, half-open, milliseconds. */
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly summary: WindowSummary;
  /** A later version of the same window's record. */
  readonly isRevision?: boolean | undefined;
}

const COUNT_UNIT = '{count}';
const SHARE_TO_PERCENT = 100;
/** Shares have four decimals, per cents two. */
const PERCENT_SCALE = 100;

const statistic = (code: string, display: string, value: number, unit: string): ObservationComponent => ({
  code: concept(SYSTEM.statistics, code, display),
  valueQuantity: quantity(value, unit),
});

const percentileComponent = (
  code: string,
  display: string,
  value: number,
  unit: string,
): ObservationComponent => ({
  code: concept(SYSTEM.percentile, code, display),
  valueQuantity: quantity(value, unit),
});

/** Components as the operation `Observation/$stats` names them; quartiles have codes there, outer percentiles do not. */
function statistics({ count, min, max, mean, percentiles, unit }: CodeSummary): ObservationComponent[] {
  return [
    statistic('count', 'Count', count, COUNT_UNIT),
    statistic('minimum', 'Minimum', min, unit),
    statistic('maximum', 'Maximum', max, unit),
    statistic('average', 'Average', mean, unit),
    percentileComponent('p5', '5th percentile', percentiles.p5, unit),
    statistic('4-lower', 'Lower Quartile', percentiles.p25, unit),
    statistic('median', 'Median', percentiles.p50, unit),
    statistic('4-upper', 'Upper Quartile', percentiles.p75, unit),
    percentileComponent('p95', '95th percentile', percentiles.p95, unit),
  ];
}

const percent = (share: number) =>
  quantity(Math.round(share * SHARE_TO_PERCENT * PERCENT_SCALE) / PERCENT_SCALE, '%');

/** The five disjoint ranges of the HL7 guide for continuous glucose monitoring (hl7.org/fhir/uv/cgm, times in ranges). */
function timesInRanges(time: TimeInRange): ObservationComponent[] {
  const range = (code: string, display: string, share: number): ObservationComponent => ({
    code: concept(SYSTEM.loinc, code, display),
    valueQuantity: percent(share),
  });
  return [
    range('104642-4', 'Time in very low range (< 54 mg/dL)', time.below54),
    range('104641-6', 'Time in low range (54 to 69 mg/dL)', time.below70 - time.below54),
    range('97510-2', 'Time in target range (70 to 180 mg/dL)', time.from70to180),
    range('104640-8', 'Time in high range (181 to 250 mg/dL)', time.above180 - time.above250),
    range('104639-0', 'Time in very high range (> 250 mg/dL)', time.above250),
  ];
}

/**
 * The FHIR Bundle of a window's aggregates: one Observation per LOINC code whose components are statistics, one for a
 * glucose monitor's times in ranges, the Devices, and a Provenance over them. Throws RangeError for a window without
 * plausible readings: it has no record.
 */
export function periodicBundle(content: PeriodicContent): Bundle {
  const { patientId, windowStart, windowEnd, summary } = content;
  if (summary.codes.length === 0) throw new RangeError('a window without plausible readings has no record');
  const name = `${patientId}/${windowStart}/${windowEnd}`;
  // R4 periods include their end, windows do not.
  const period = { start: windowStart, end: windowEnd - 1 };
  const observations = summary.codes.flatMap((codeSummary) => {
    const { code, category } = tableCode(codeSummary.code);
    const [onlyDevice, ...otherDevices] = codeSummary.deviceIds;
    const base = {
      resourceType: 'Observation' as const,
      status: content.isRevision === true ? ('amended' as const) : ('final' as const),
      category,
      subject: subjectOf(patientId),
      effectivePeriod: { start: instantOf(period.start), end: instantOf(period.end) },
      // R4 has room for one device; with several, Provenance names them.
      ...(onlyDevice === undefined || otherDevices.length > 0
        ? {}
        : { device: within(deviceUuid(onlyDevice)) }),
    };
    const made: Observation[] = [
      {
        ...base,
        id: uuidOf(`Observation|${name}|${codeSummary.code}`),
        code,
        component: statistics(codeSummary),
      },
    ];
    if (codeSummary.code === LOINC.glucose && codeSummary.timeInRange !== null) {
      made.push({
        ...base,
        id: uuidOf(`Observation|${name}|times-in-ranges`),
        code: concept(SYSTEM.loinc, '106793-3', 'Times in glucose ranges'),
        component: timesInRanges(codeSummary.timeInRange),
      });
    }
    return made;
  });
  const targets = observations.map(({ id }) => id);
  return collection({ system: SYSTEM.window, value: name }, content.recordedAtMs, [
    ...observations,
    ...deviceResources(content.devices),
    provenanceOf(name, content, targets, period),
  ]);
}
