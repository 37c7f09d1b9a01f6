import type { Grade } from '../../engine/machine.js';
import { defineThresholdRule, type ThresholdItem } from '../../engine/threshold-rule.js';
import { levelOf } from '../../model/alarm.js';
import { LOINC } from '../../model/codes.js';
import type { ClinicalConfig } from '../../model/config.js';
import { MONITOR_ONSET_MS, NEWS2_HORIZON_MS } from '../../model/limits.js';
import { isNews2For } from '../../model/person.js';

const SYSTOLIC: ReadonlySet<string> = new Set([LOINC.arterialSystolic, LOINC.cuffSystolic]);
const DIASTOLIC: ReadonlySet<string> = new Set([LOINC.arterialDiastolic, LOINC.cuffDiastolic]);

const AT_ONCE_MS = 0;
/** The first reading is repeated no sooner than this after it. */
const REPEATED_AFTER_MS = 60_000;

type Pressure = ThresholdItem['values'][number];

const pressuresOf = ({ values }: ThresholdItem, codes: ReadonlySet<string>): readonly Pressure[] =>
  values.filter(({ code }) => codes.has(code));

/** What is beyond an instrument's bound is above a limit that is the bound itself. */
const isAbove =
  (limit: number) =>
  ({ value, comparator }: Pressure) =>
    value > limit || (comparator === '>' && value === limit);
const isFrom =
  (limit: number) =>
  ({ value }: Pressure) =>
    value >= limit;

function isHigh(item: ThresholdItem, { person, bloodPressure }: ClinicalConfig): boolean {
  const { highSystolic, highDiastolic, pregnancyHighSystolic, pregnancyHighDiastolic } = bloodPressure;
  const systolic = pressuresOf(item, SYSTOLIC);
  const diastolic = pressuresOf(item, DIASTOLIC);
  const isSevere = systolic.some(isAbove(highSystolic)) || diastolic.some(isAbove(highDiastolic));
  if (isSevere || !person.isPregnant) return isSevere;
  return systolic.some(isFrom(pregnancyHighSystolic)) || diastolic.some(isFrom(pregnancyHighDiastolic));
}

const gradeHigh = (item: ThresholdItem, config: ClinicalConfig): Grade =>
  isHigh(item, config) ? 'emergency' : 'recovered';

/** As NEWS2's chart rounds it: halfway counts as the lower. */
const inWholes = (value: number): number => Math.ceil(Math.round((value - 0.5) * 1e4) / 1e4);

/** NEWS2 scores this 3 and raises it, where it is on: one cause, one alarm. */
function gradeLow(item: ThresholdItem, config: ClinicalConfig): Grade | null {
  const systolic = pressuresOf(item, SYSTOLIC).map(({ value }) => value);
  const isNews2s = isNews2For(config.person, item.t) && config.news2.singleParameter !== null;
  if (systolic.length === 0 || isNews2s) return null;
  return inWholes(Math.min(...systolic)) <= config.bloodPressure.lowSystolic ? 'emergency' : 'recovered';
}

const monitorOnset = ({ kind }: ThresholdItem): number =>
  kind === 'monitor' ? MONITOR_ONSET_MS : AT_ONCE_MS;

/** Severe hypertension when it is measured again, in pregnancy at once; shock where NEWS2 does not look for it. */
export const BLOOD_PRESSURE = defineThresholdRule({
  name: 'blood-pressure',
  takes: [...SYSTOLIC, ...DIASTOLIC],
  horizonMs: NEWS2_HORIZON_MS,
  thresholds: [
    {
      rule: 'blood-pressure-high',
      level: levelOf('medium'),
      grade: gradeHigh,
      // Some devices tell the two apart, seconds from one another.
      aspects: [SYSTOLIC, DIASTOLIC],
      onsetMs: (item, { person }) => (person.isPregnant ? monitorOnset(item) : REPEATED_AFTER_MS),
    },
    { rule: 'blood-pressure-low', level: levelOf('medium'), grade: gradeLow, onsetMs: monitorOnset },
  ],
});
