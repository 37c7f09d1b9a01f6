// Generated with the other files of this folder.

/** Operations that take an `Idempotency-Key`, as `POST /v1/records`. */
export const REPEATABLE: ReadonlySet<string> = new Set<string>([
  'POST /v1/attestations',
  'POST /v1/emergency-notices/{noticeSid}/acknowledgement',
  'POST /v1/practitioners',
  'POST /v1/records',
  'POST /v1/recoveries',
  'POST /v1/revocations',
  'POST /v1/settings-statements',
  'POST /v1/subscriptions',
  'POST /v1/visits',
  'PUT /v1/records/{recordId}',
]);
