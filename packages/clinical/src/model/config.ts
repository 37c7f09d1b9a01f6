import type { DeviceDescription } from './device.js';
import type { Spo2Scale } from './news2-score.js';

/** Thresholds for continuous glucose monitoring, mg/dL: Battelino et al., Diabetes Care 42:1593 (2019), levels 1 and 2. */
export interface GlucoseThresholds {
  /** Below: an alarm at the first reading. */
  readonly veryLowMgPerDl: number;
  /** Above, for `veryHighDurationMs`: an alarm. */
  readonly veryHighMgPerDl: number;
  readonly veryHighDurationMs: number;
  /** An episode is over after 15 min from here … */
  readonly recoveredLowMgPerDl: number;
  /** … to here, both inclusive. */
  readonly recoveredHighMgPerDl: number;
}

/** Thresholds for NEWS2 (RCP 2017): 5 is the trigger of an urgent response, 7 of an emergency response. */
export interface News2Thresholds {
  /** From here on an alarm of medium priority. */
  readonly total: number;
  /** From here on of high priority. */
  readonly highTotal: number;
  /** A score of one parameter that is an alarm of medium priority. Null: a single parameter raises nothing. */
  readonly singleParameter: number | null;
  readonly spo2Scale: Spo2Scale;
}

/** mm[Hg]. */
export interface BloodPressureThresholds {
  /** Above either, and again after 1 to 5 min: an alarm. */
  readonly highSystolic: number;
  readonly highDiastolic: number;
  /** In pregnancy: from either on. */
  readonly pregnancyHighSystolic: number;
  readonly pregnancyHighDiastolic: number;
  /** Down from here: an alarm. */
  readonly lowSystolic: number;
}

export interface FeverThresholds {
  readonly isOn: boolean;
  /** From here on, Cel. */
  readonly fromCel: number;
}

/** Time without a reading after which a device is silent, by kind; null: never. */
export interface SilenceLimits {
  readonly cgmMs: number | null;
  readonly monitorMs: number | null;
  readonly meterMs: number | null;
  readonly otherMs: number | null;
  /** How long an alarm of a device's silence or clock lasts until authorities are told; null: never. */
  readonly authoritiesAfterMs: number | null;
}

/** What the rules have to know about the person. */
export interface PersonSettings {
  readonly birthYear: number | null;
  readonly isPregnant: boolean;
}

export interface ClinicalConfig {
  /** Period of periodic records, UTC-aligned. */
  readonly windowMs: number;
  /** How far the watermark stays behind the newest measurement. */
  readonly allowedLatenessMs: number;
  readonly person: PersonSettings;
  /** By device id. */
  readonly devices: Readonly<Record<string, DeviceDescription>>;
  readonly glucose: GlucoseThresholds;
  readonly news2: News2Thresholds;
  readonly bloodPressure: BloodPressureThresholds;
  readonly fever: FeverThresholds;
  readonly silence: SilenceLimits;
}

/** The section of a patient's thresholds that a rule has. */
type Section<T> = { readonly [K in keyof T]?: T[K] };

/** What a patient's settings may override. */
export interface ClinicalOverrides {
  readonly windowMs?: number | undefined;
  readonly allowedLatenessMs?: number | undefined;
  readonly person?: Section<PersonSettings> | undefined;
  readonly devices?: Readonly<Record<string, DeviceDescription>> | undefined;
  readonly glucose?: Section<GlucoseThresholds> | undefined;
  readonly news2?: Section<News2Thresholds> | undefined;
  readonly bloodPressure?: Section<BloodPressureThresholds> | undefined;
  readonly fever?: Section<FeverThresholds> | undefined;
  readonly silence?: Section<SilenceLimits> | undefined;
}
