import type { StatedSettings as ClinicalSettings, SettingsAuthor, StatedDevice } from '@careledger/clinical';
import type { StatedSettings, StatementBody } from '@careledger/contracts';
import { readStatement } from '@careledger/statements';

/** A statement as settings are made of it. */
export interface SettingsStatement {
  readonly hash: string;
  readonly by: SettingsAuthor;
  readonly body: StatementBody<'settings'>;
  /** The patient, or the authority. */
  readonly issuer: string;
}

/** What a statement that was checked before says. */
export function settingsStatement(token: string): SettingsStatement {
  const { hash, payload } = readStatement(token);
  const body = payload.body as unknown as StatementBody<'settings'>;
  return { hash, body, issuer: payload.iss, by: payload.iss === body.patientId ? 'patient' : 'authority' };
}

/** As the rules take them: with times in milliseconds. */
export function clinicalSettings({ devices, ...stated }: StatedSettings): ClinicalSettings {
  if (devices === undefined) return stated;
  const described = Object.entries(devices).map(
    ([deviceId, { sensorSince, pausedUntil, ...device }]): [string, StatedDevice] => [
      deviceId,
      {
        ...device,
        ...(sensorSince !== undefined && { sensorSince: Date.parse(sensorSince) }),
        ...(pausedUntil !== undefined && { pausedUntil: Date.parse(pausedUntil) }),
      },
    ],
  );
  return { ...stated, devices: Object.fromEntries(described) };
}
