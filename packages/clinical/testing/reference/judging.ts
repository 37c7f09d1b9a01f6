import type { ClinicalOverrides } from '../../src/model/config.js';
import type { DeviceDescription } from '../../src/model/device.js';
import type { SettingsVersion, StatedSettings } from '../../src/model/settings.js';

/** What a rule time is judged by. */
export interface Judging {
  readonly veryLow: number;
  readonly veryHigh: number;
  readonly highForMs: number;
  readonly backFrom: number;
  readonly backTo: number;
  readonly total: number;
  readonly highTotal: number;
  /** Infinity: no single parameter raises anything. */
  readonly single: number;
  readonly scale: number;
  readonly isNews2For: (t: number) => boolean;
  readonly isPregnant: boolean;
  readonly pressure: Readonly<
    Record<
      'highSystolic' | 'highDiastolic' | 'pregnancyHighSystolic' | 'pregnancyHighDiastolic' | 'lowSystolic',
      number
    >
  >;
  /** Null: not judged. */
  readonly feverFrom: number | null;
  readonly deviceOf: (deviceId: string) => DeviceDescription;
}

type Stated = ClinicalOverrides & StatedSettings;

/** What judges at each time: what a patient's configuration says, and on top of it the version in force then. */
export function judgingAt(
  overrides: ClinicalOverrides,
  versions: readonly SettingsVersion[],
): (t: number) => Judging {
  return (t) => {
    const version = versions.filter(({ from }) => from <= t).at(-1);
    const patient: Stated = version?.patient ?? {};
    const authority: Stated = version?.authority ?? {};
    const byAge = version?.by === 'patient' ? [patient, authority] : [authority, patient];
    /** Of a limit: the authority's word, or what was before; the patient's where that is stricter. */
    const limit = (of: (stated: Stated) => number | null | undefined, usual: number, isMore: boolean) => {
      const given = [of(authority), of(overrides)].find((value) => value !== undefined);
      const base = given === undefined ? usual : (given ?? Infinity);
      const own = of(patient) ?? base;
      return isMore ? Math.max(base, own) : Math.min(base, own);
    };
    const fact = <T>(of: (stated: Stated) => T | undefined): T | undefined =>
      [...byAge, overrides].map((stated) => of(stated)).find((value) => value !== undefined);
    const veryLow = limit(({ glucose }) => glucose?.veryLowMgPerDl, 54, true);
    const veryHigh = limit(({ glucose }) => glucose?.veryHighMgPerDl, 250, false);
    const highTotal = limit(({ news2 }) => news2?.highTotal, 7, false);
    const birthYear = fact(({ person }) => person?.birthYear) ?? null;
    const isPregnant = fact(({ person }) => person?.isPregnant) ?? false;
    return {
      ...{ veryLow, veryHigh, highTotal },
      highForMs: limit(({ glucose }) => glucose?.veryHighDurationMs, 15 * 60_000, false),
      backFrom: Math.max(
        limit(({ glucose }) => glucose?.recoveredLowMgPerDl, 70, true),
        veryLow,
      ),
      backTo: Math.min(
        limit(({ glucose }) => glucose?.recoveredHighMgPerDl, 250, false),
        veryHigh,
      ),
      total: Math.min(
        limit(({ news2 }) => news2?.total, 5, false),
        highTotal,
      ),
      single: limit(({ news2 }) => news2?.singleParameter, 3, false),
      isPregnant,
      pressure: {
        highSystolic: limit(({ bloodPressure }) => bloodPressure?.highSystolic, 180, false),
        highDiastolic: limit(({ bloodPressure }) => bloodPressure?.highDiastolic, 120, false),
        pregnancyHighSystolic: limit(({ bloodPressure }) => bloodPressure?.pregnancyHighSystolic, 160, false),
        pregnancyHighDiastolic: limit(
          ({ bloodPressure }) => bloodPressure?.pregnancyHighDiastolic,
          110,
          false,
        ),
        lowSystolic: limit(({ bloodPressure }) => bloodPressure?.lowSystolic, 90, true),
      },
      feverFrom:
        (authority.fever?.isOn ?? overrides.fever?.isOn ?? false) || patient.fever?.isOn === true
          ? limit(({ fever }) => fever?.fromCel, 38, false)
          : null,
      scale: authority.news2?.spo2Scale ?? overrides.news2?.spo2Scale ?? 1,
      isNews2For: (at) =>
        !isPregnant && (birthYear === null || new Date(at).getUTCFullYear() >= birthYear + 16),
      deviceOf(deviceId) {
        const said = <T>(of: (device: DeviceDescription) => T | undefined) =>
          fact((stated) => {
            const device = stated.devices?.[deviceId];
            return device && of(device);
          });
        return {
          kind: overrides.devices?.[deviceId]?.kind,
          instrumentRange: said(({ instrumentRange }) => instrumentRange),
          sameSensorAs: said(({ sameSensorAs }) => sameSensorAs),
          sensorSince: said(({ sensorSince }) => sensorSince),
        };
      },
    };
  };
}

/** Start of the window of `t`: as long as its period was the same, and not before it began. */
export function windowStartAt(
  t: number,
  overrides: ClinicalOverrides,
  versions: readonly SettingsVersion[],
): number {
  const periodAt = (at: number): number => {
    const { patient, authority, by } = versions.filter(({ from }) => from <= at).at(-1) ?? NONE;
    const [newer, older] = by === 'patient' ? [patient, authority] : [authority, patient];
    return newer.windowMs ?? older.windowMs ?? overrides.windowMs ?? 3_600_000;
  };
  const period = periodAt(t);
  // Back through the versions for as long as they leave the period as it is.
  let since = t;
  for (const { from } of versions.filter((version) => version.from <= t).toReversed()) {
    since = from;
    if (periodAt(from - 1) !== period) break;
    since = -Infinity;
  }
  if (!versions.some(({ from }) => from <= t)) since = -Infinity;
  return Math.max(Math.floor(t / period) * period, since);
}

const NONE: Pick<SettingsVersion, 'patient' | 'authority' | 'by'> = {
  patient: {},
  authority: {},
  by: 'patient',
};
