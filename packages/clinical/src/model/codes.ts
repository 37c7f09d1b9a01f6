/**
 * The one table of what this system measures: LOINC code, UCUM unit, FHIR category, the column a recording calls it by,
 * and what a value can plausibly be.
 *
 * LOINC: https://loinc.org (displays are long common names); UCUM: https://ucum.org.
 */
import { METER_RANGE, METER_RANGE_MOLAR } from './device.js';

/** Where the plausibility ranges come from. */
const RANGE_SOURCE = {
  /** Ranges used to clean MIMIC-III's charted values: columns VALID LOW and VALID HIGH. */
  mimic3:
    'Harutyunyan et al., Multitask learning and benchmarking with clinical time series data, Scientific Data 6:96 (2019), resources/variable_ranges.csv',
  /** Continuous monitors report 40 to 400 mg/dL (Dexcom G4 user guide); meters reach further both ways. */
  glucoseMeter: 'Measuring range of blood glucose meters, 20 to 600 mg/dL (Contour Next user guide)',
  /** The same meters, mmol/L. */
  glucoseMeterMolar: 'Measuring range of blood glucose meters, 1.1 to 33.3 mmol/L (Contour Next user guide)',
  acvpu:
    'Royal College of Physicians, National Early Warning Score (NEWS) 2, 2017: five levels A, C, V, P, U',
  oxygenFlow: 'No published range: set well above the 60 L/min of high-flow nasal oxygen',
} as const;

/** FHIR observation-category code. */
export type ObservationCategory = 'vital-signs' | 'laboratory';

export interface CodeEntry {
  /** LOINC code. */
  readonly code: string;
  /** LOINC long common name. */
  readonly display: string;
  /** UCUM unit of records and rules. A reading in any other than this and `otherUnits` is `WRONG_UNIT`. */
  readonly unit: string;
  /** UCUM units that devices may use as well: `units.ts` converts them for records and rules. */
  readonly otherUnits?: readonly string[];
  readonly category: ObservationCategory;
  /** Column of a recording that holds it; null where no recording does. */
  readonly column: string | null;
  /**
   * Inclusive range of what the usual instruments measure. Outside of it a value is `OUT_OF_RANGE`; of glucose it counts
   * in its direction (`rules/glucose`), and a device may have a range of its own.
   */
  readonly plausible: { readonly low: number; readonly high: number; readonly source: string };
  /** A monitor writes 0 when the sensor is not connected: `SENSOR_OFF`. */
  readonly zeroMeansOff: boolean;
}

/** Names for the codes that rules refer to. */
export const LOINC = {
  glucose: '2339-0',
  interstitialGlucose: '99504-3',
  glucoseMolar: '15074-8',
  interstitialGlucoseMolar: '105272-9',
  heartRate: '8867-4',
  pulseOximeterRate: '8889-8',
  arterialSystolic: '76215-3',
  arterialDiastolic: '76213-8',
  arterialMean: '76214-6',
  cuffSystolic: '8480-6',
  cuffDiastolic: '8462-4',
  cuffMean: '8478-0',
  respiratoryRate: '9279-1',
  spo2: '59408-5',
  temperature: '8310-5',
  consciousness: '80288-4',
  oxygenFlow: '3151-8',
} as const;

/** UCUM: degree Fahrenheit. */
export const FAHRENHEIT = '[degF]';

/** A value of `LOINC.consciousness`: the position in ACVPU. New confusion (C) came with NEWS2. */
export const ACVPU = { alert: 0, confusion: 1, voice: 2, pain: 3, unresponsive: 4 } as const;

/** A vital sign as a bedside monitor sends it: 0 means that the sensor is off, unless the entry says otherwise. */
const vital = (
  entry: Pick<CodeEntry, 'code' | 'display' | 'unit' | 'column' | 'plausible'> & Partial<CodeEntry>,
): CodeEntry => ({ category: 'vital-signs', zeroMeansOff: true, ...entry });

const mimic3 = (low: number, high: number): CodeEntry['plausible'] => ({
  low,
  high,
  source: RANGE_SOURCE.mimic3,
});

/** Every code that a device may send. */
export const CODES: readonly CodeEntry[] = [
  {
    code: LOINC.glucose,
    display: 'Glucose [Mass/volume] in Blood',
    unit: 'mg/dL',
    category: 'laboratory',
    column: 'blood_glucose_mg_dl',
    plausible: { ...METER_RANGE, source: RANGE_SOURCE.glucoseMeter },
    zeroMeansOff: true,
  },
  vital({
    code: LOINC.heartRate,
    display: 'Heart rate',
    unit: '/min',
    column: 'hr_bpm',
    plausible: mimic3(0, 350),
  }),
  vital({
    code: LOINC.pulseOximeterRate,
    display: 'Heart rate by Pulse oximetry',
    unit: '/min',
    column: 'pulse_bpm',
    plausible: mimic3(0, 350),
  }),
  vital({
    code: LOINC.arterialSystolic,
    display: 'Invasive Systolic blood pressure',
    unit: 'mm[Hg]',
    column: 'abp_sys_mmhg',
    plausible: mimic3(0, 375),
  }),
  vital({
    code: LOINC.arterialDiastolic,
    display: 'Invasive Diastolic blood pressure',
    unit: 'mm[Hg]',
    column: 'abp_dias_mmhg',
    plausible: mimic3(0, 375),
  }),
  vital({
    code: LOINC.arterialMean,
    display: 'Invasive Mean blood pressure',
    unit: 'mm[Hg]',
    column: 'abp_mean_mmhg',
    plausible: mimic3(14, 330),
  }),
  vital({
    code: LOINC.cuffSystolic,
    display: 'Systolic blood pressure',
    unit: 'mm[Hg]',
    column: 'nbp_sys_mmhg',
    plausible: mimic3(0, 375),
  }),
  vital({
    code: LOINC.cuffDiastolic,
    display: 'Diastolic blood pressure',
    unit: 'mm[Hg]',
    column: 'nbp_dias_mmhg',
    plausible: mimic3(0, 375),
  }),
  vital({
    code: LOINC.cuffMean,
    display: 'Mean blood pressure',
    unit: 'mm[Hg]',
    column: 'nbp_mean_mmhg',
    plausible: mimic3(14, 330),
  }),
  vital({
    code: LOINC.respiratoryRate,
    display: 'Respiratory rate',
    unit: '/min',
    column: 'resp_per_min',
    plausible: mimic3(0, 300),
  }),
  vital({
    code: LOINC.spo2,
    display: 'Oxygen saturation in Arterial blood by Pulse oximetry',
    unit: '%',
    column: 'spo2_percent',
    plausible: mimic3(0, 100),
  }),
  vital({
    code: LOINC.temperature,
    display: 'Body temperature',
    unit: 'Cel',
    otherUnits: [FAHRENHEIT],
    column: 'temperature_cel',
    plausible: mimic3(26, 45),
  }),
  // 0 is a value here: alert, and breathing air.
  vital({
    code: LOINC.consciousness,
    display: 'Level of consciousness AVPU score',
    unit: '{score}',
    column: 'acvpu_score',
    plausible: { low: ACVPU.alert, high: ACVPU.unresponsive, source: RANGE_SOURCE.acvpu },
    zeroMeansOff: false,
  }),
  vital({
    code: LOINC.oxygenFlow,
    display: 'Inhaled oxygen flow rate',
    unit: 'L/min',
    column: 'oxygen_l_per_min',
    plausible: { low: 0, high: 100, source: RANGE_SOURCE.oxygenFlow },
    zeroMeansOff: false,
  }),
  {
    code: LOINC.interstitialGlucose,
    display: 'Glucose [Mass/volume] in Interstitial fluid',
    unit: 'mg/dL',
    category: 'laboratory',
    column: 'glucose_mg_dl',
    plausible: { ...METER_RANGE, source: RANGE_SOURCE.glucoseMeter },
    zeroMeansOff: true,
  },
  {
    code: LOINC.glucoseMolar,
    display: 'Glucose [Moles/volume] in Blood',
    unit: 'mmol/L',
    category: 'laboratory',
    column: 'blood_glucose_mmol_l',
    plausible: { ...METER_RANGE_MOLAR, source: RANGE_SOURCE.glucoseMeterMolar },
    zeroMeansOff: true,
  },
  {
    code: LOINC.interstitialGlucoseMolar,
    display: 'Glucose [Moles/volume] in Interstitial fluid',
    unit: 'mmol/L',
    category: 'laboratory',
    column: 'glucose_mmol_l',
    plausible: { ...METER_RANGE_MOLAR, source: RANGE_SOURCE.glucoseMeterMolar },
    zeroMeansOff: true,
  },
];

const byCode = new Map(CODES.map((entry) => [entry.code, entry]));
const byColumn = new Map(
  CODES.flatMap((entry) => (entry.column === null ? [] : [[entry.column, entry] as const])),
);

/** The entry of a LOINC code, or undefined when devices may not send it. */
export const codeEntry = (code: string): CodeEntry | undefined => byCode.get(code);

/** The entry of a recording's column, or undefined for a column that holds no measurement. */
export const columnEntry = (column: string): CodeEntry | undefined => byColumn.get(column);
