// Generated with the other files of this folder.

/** Operations that take an `Idempotency-Key`, as `POST /v1/records`. */
export const REPEATABLE: ReadonlySet<string> = new Set<string>([
  'POST /v1/access-requests',
  'POST /v1/notice-readings',
  'POST /v1/receipts',
  'POST /v1/release-lookups',
  'POST /v1/releases',
  'POST /v1/revocations',
  'POST /v1/versions',
  'POST /v1/visits',
]);
