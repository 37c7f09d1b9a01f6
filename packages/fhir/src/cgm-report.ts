import { CGM_REPORT_MS, type CgmReport } from '@careledger/clinical';
import { concept, instantOf, quantity, subjectOf, within } from './elements.js';
import { TIMES_IN_RANGES, loinc, massMean, percent, timesInRanges } from './glucose.js';
import type { Observation } from './schema.js';
import { deviceUuid } from './source.js';
import { SYSTEM } from './systems.js';
import { uuidOf } from './uuid.js';

/** A report with the end of its 14 days, milliseconds. */
export interface ReportContent {
  readonly endMs: number;
  readonly report: CgmReport;
}

const SUMMARY = loinc('107931-8', 'Continuous glucose monitoring summary panel - Reporting Period');
const GMI = loinc('97506-0', 'Glucose management indicator');
const VARIATION = loinc(
  '104638-2',
  'Glucose standard deviation/Glucose mean in Reporting Period Interstitial fluid by calculation',
);
const DAYS = loinc('104636-6', 'Days continuous glucose monitor device worn [#] Reporting Period Estimated');
const ACTIVE = loinc(
  '104637-4',
  'Percentage of time continuous glucose monitor device worn Reporting Period Calculated',
);

const DECIMALS = 100;
const rounded = (value: number): number => Math.round(value * DECIMALS) / DECIMALS;

/**
 * A continuous monitor's report as HL7's guide for CGM 1.0.0 has it: the profile `cgm-summary` with its six members.
 * @param name of the record that it is part of; ids follow from it
 */
export function reportObservations(
  { patientId, name, status }: { patientId: string; name: string; status: Observation['status'] },
  { report, endMs }: ReportContent,
): Observation[] {
  const head = (what: string) => ({
    resourceType: 'Observation' as const,
    id: uuidOf(`Observation|${name}|cgm-report|${what}`),
    status,
    category: [concept(SYSTEM.observationCategory, 'laboratory')],
    subject: subjectOf(patientId),
    effectivePeriod: { start: instantOf(endMs - CGM_REPORT_MS), end: instantOf(endMs - 1) },
    device: within(deviceUuid(report.deviceId)),
  });
  const members: Observation[] = [
    { ...head('mean'), ...massMean(rounded(report.meanMgPerDl), report.meanComparator) },
    { ...head('times-in-ranges'), code: TIMES_IN_RANGES, component: timesInRanges(report.timeInRange) },
    {
      ...head('gmi'),
      code: GMI,
      valueQuantity: quantity(rounded(report.gmiPercent), '%', report.meanComparator),
    },
    { ...head('variation'), code: VARIATION, valueQuantity: percent(report.variation) },
    { ...head('days-of-wear'), code: DAYS, valueQuantity: quantity(report.daysOfWear, 'd') },
    { ...head('active'), code: ACTIVE, valueQuantity: percent(report.active) },
  ];
  return [{ ...head('summary'), code: SUMMARY, hasMember: members.map(({ id }) => within(id)) }, ...members];
}
