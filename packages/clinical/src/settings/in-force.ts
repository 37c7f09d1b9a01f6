import { ClinicalConfigError, clinicalConfig } from '../config.js';
import type { ClinicalConfig } from '../model/config.js';
import type { SettingsLayers, StatedDevice, StatedSettings } from '../model/settings.js';
import { loosened, outOfBounds, tightened, type Limits } from './strictness.js';

/** What the authority's word alone makes of a configuration. */
const underAuthority = (base: Limits, { glucose, news2, bloodPressure, fever, silence }: StatedSettings) => ({
  glucose: { ...base.glucose, ...glucose },
  news2: { ...base.news2, ...news2 },
  bloodPressure: { ...base.bloodPressure, ...bloodPressure },
  fever: { ...base.fever, ...fever },
  silence: { ...base.silence, ...silence },
});

/** Limits of two statements can cross where each alone is sound: the stricter one leads. */
function uncrossed({ glucose, news2, ...others }: Limits): Limits {
  const { veryLowMgPerDl, recoveredLowMgPerDl, recoveredHighMgPerDl, veryHighMgPerDl } = glucose;
  return {
    ...others,
    glucose: {
      ...glucose,
      recoveredLowMgPerDl: Math.max(veryLowMgPerDl, recoveredLowMgPerDl),
      recoveredHighMgPerDl: Math.min(veryHighMgPerDl, recoveredHighMgPerDl),
    },
    news2: { ...news2, total: Math.min(news2.total, news2.highTotal) },
  };
}

/** Each device as registered, with what is said of it; the newer word counts. */
function devicesUnder(
  devices: ClinicalConfig['devices'],
  ...stated: readonly (Readonly<Record<string, StatedDevice>> | undefined)[]
): ClinicalConfig['devices'] {
  const next = { ...devices };
  for (const [deviceId, device] of stated.flatMap((of) => Object.entries(of ?? {}))) {
    next[deviceId] = { ...next[deviceId], ...device };
  }
  return next;
}

/**
 * What judges a patient under these settings: of a limit the stricter of the patient's and the authority's (or, without
 * one, of `base`), of a fact the newer word.
 */
export function configUnder(
  base: ClinicalConfig,
  { patient, authority, by }: SettingsLayers,
): ClinicalConfig {
  const [older, newer] = by === 'patient' ? [authority, patient] : [patient, authority];
  return {
    ...base,
    ...uncrossed(tightened(underAuthority(base, authority), patient)),
    windowMs: newer.windowMs ?? older.windowMs ?? base.windowMs,
    person: { ...base.person, ...older.person, ...newer.person },
    devices: devicesUnder(base.devices, older.devices, newer.devices),
  };
}

/** Throws ClinicalConfigError for settings that contradict themselves, or go beyond what a limit can be. */
export function checkSettings(stated: StatedSettings): void {
  const [first] = outOfBounds(stated);
  if (first !== undefined) throw new ClinicalConfigError(first);
  clinicalConfig(stated);
}

/** Limits of the patient's that are looser than the authority's, or than the published ones where that says nothing. */
export const loosenedByPatient = (patient: StatedSettings, authority: StatedSettings): string[] =>
  loosened(underAuthority(clinicalConfig(), authority), patient);
