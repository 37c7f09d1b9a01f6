import { EXAMPLE, exampleStatement } from '@careledger/contracts/examples';
import type { SettingsBody, SettingsTaken, SettingsVersionsPage, SettingsView } from './schemas.js';

const stated = {
  person: { birthYear: 1958, isPregnant: false },
  glucose: { veryLowMgPerDl: 60 },
  silence: { cgmMs: 1_800_000 },
  devices: { [EXAMPLE.deviceId]: { pausedUntil: EXAMPLE.at[2] } },
};
const statement = exampleStatement('settings', { version: 2, settings: stated });
const hash = EXAMPLE.txId;

export const byPassphrase: SettingsBody = { settings: stated, passphrase: EXAMPLE.passphrase };
export const ready: SettingsBody = { statement };
export const taken: SettingsTaken = { version: 2, hash, from: EXAMPLE.at[2] };

export const settings: SettingsView = {
  ...taken,
  patient: stated,
  authority: {},
  inForce: {
    windowMs: 3_600_000,
    person: stated.person,
    glucose: {
      veryLowMgPerDl: 60,
      veryHighMgPerDl: 250,
      veryHighDurationMs: 900_000,
      recoveredLowMgPerDl: 70,
      recoveredHighMgPerDl: 240,
    },
    news2: { total: 5, highTotal: 7, singleParameter: 3, spo2Scale: 1 },
    bloodPressure: {
      highSystolic: 180,
      highDiastolic: 120,
      pregnancyHighSystolic: 160,
      pregnancyHighDiastolic: 110,
      lowSystolic: 90,
    },
    fever: { isOn: true, fromCel: 38 },
    silence: {
      cgmMs: 1_800_000,
      monitorMs: 600_000,
      meterMs: null,
      otherMs: null,
      authoritiesAfterMs: 7_200_000,
    },
  },
};

export const versions: SettingsVersionsPage = {
  versions: [{ ...taken, by: 'patient', settings: stated, statement }],
  next: null,
};
