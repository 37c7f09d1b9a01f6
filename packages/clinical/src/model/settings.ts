import type { ClinicalOverrides } from './config.js';
import type { DeviceDescription } from './device.js';

/** What is said of a device besides what it is registered as. */
export type StatedDevice = Pick<
  DeviceDescription,
  'instrumentRange' | 'sameSensorAs' | 'sensorSince' | 'pausedUntil'
>;

/** What one statement says of a patient: facts (person, devices, period of records) and limits. */
export type StatedSettings = Omit<ClinicalOverrides, 'allowedLatenessMs' | 'devices'> & {
  readonly devices?: Readonly<Record<string, StatedDevice>> | undefined;
};

/** Who has stated settings: the patient, or an authority for one of its practitioners. */
export type SettingsAuthor = 'patient' | 'authority';

/** What the patient and the authority said last. */
export interface SettingsLayers {
  readonly patient: StatedSettings;
  readonly authority: StatedSettings;
  /** Whose is the newer one. */
  readonly by: SettingsAuthor;
}

/** A patient's settings from one statement until the next. */
export interface SettingsVersion extends SettingsLayers {
  /** 1, 2, … */
  readonly version: number;
  /** Statement hash: SHA-256, lower-case hexadecimal. */
  readonly hash: string;
  /** Rule time from which on it judges, milliseconds. */
  readonly from: number;
}
