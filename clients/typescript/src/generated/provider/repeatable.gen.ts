// Generated with the other files of this folder.

/** Operations that take an `Idempotency-Key`, as `POST /v1/records`. */
export const REPEATABLE: ReadonlySet<string> = new Set<string>([
]);
