// Generated with the other files of this folder.

/** Operations that take an `Idempotency-Key`, as `POST /v1/records`. */
export const REPEATABLE: ReadonlySet<string> = new Set<string>([
  'POST /v1/attestations',
  'POST /v1/devices',
  'POST /v1/enrolments',
  'POST /v1/flush',
  'POST /v1/patients',
  'POST /v1/patients/{patientId}/alarms/mute',
  'POST /v1/patients/{patientId}/alarms/{alarmId}/acknowledge',
  'POST /v1/patients/{patientId}/chain/verify',
  'POST /v1/patients/{patientId}/check-in',
  'POST /v1/patients/{patientId}/denials',
  'POST /v1/patients/{patientId}/devices/{deviceId}/re-pair',
  'POST /v1/patients/{patientId}/devices/{deviceId}/resume',
  'POST /v1/patients/{patientId}/devices/{deviceId}/revoke',
  'POST /v1/patients/{patientId}/devices/{deviceId}/suspend',
  'POST /v1/patients/{patientId}/flush',
  'POST /v1/patients/{patientId}/grants',
  'POST /v1/patients/{patientId}/grants/revoke-all',
  'POST /v1/patients/{patientId}/grants/{grantId}/revoke',
  'POST /v1/patients/{patientId}/pairing-codes',
  'POST /v1/patients/{patientId}/passphrase',
  'POST /v1/patients/{patientId}/revocations',
  'POST /v1/patients/{patientId}/subscriptions/{subscriptionId}/approve',
  'POST /v1/patients/{patientId}/subscriptions/{subscriptionId}/reject',
  'POST /v1/patients/{patientId}/tokens',
]);
