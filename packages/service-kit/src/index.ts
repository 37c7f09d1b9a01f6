// These declare members of app, request and route options, which no exported type would bring along.
import './http/health.js';
import './http/metrics.js';
import './http/rate-limits.js';
import './http/idempotency.js';
import './http/preferences.js';
import './http/fhir-requests.js';

export * from './config/config.js';
export { Secret } from './config/settings.js';
export * from './config/service-config.js';
export { prepareDataDir } from './data-dir.js';
export { packageVersion } from './package-version.js';
export { createLogger, type Logger } from './logging.js';
export { type Role } from './config/roles.js';
export { UNDECLARED_ANSWER } from './http/declared-answers.js';
export * from './http/problems.js';
export { catalogued } from './http/error-handler.js';
export * from './http/shared-problems.js';
export { IfMatch, assertUnchanged, contentTag, matches, versionTag } from './http/entity-tags.js';
export { FHIR_JSON, JSON_TEXT, JSON_TYPE } from './http/media-types.js';
export * from './http/exact-body.js';
export * from './http/operation-outcome.js';
export { withoutAddresses } from './http/addresses.js';
export {
  assertOwnOrganisation,
  assertPatient,
  bearerTokenOf,
  listRoutes,
  principalOf,
  requireRole,
  type TokenHolder,
} from './http/auth.js';
export {
  assertNotExpired,
  assertPatientScopes,
  assertScopes,
  assertSearchScope,
  searchedPatient,
  isWithinScopes,
} from './http/scopes.js';
export { claimOf } from './issuers/claims.js';
export { isSecureUrl } from './issuers/secure-url.js';
export type { SignIn, SignedInPerson } from './issuers/signed-in.js';
export { SmartConfiguration } from './issuers/smart-discovery.js';
export { signInPlace } from './http/sign-in-place.js';
export { resourceScopesOf } from './issuers/smart-scopes.js';
export { type Principal } from './http/principal.js';
export { Next, fromCursor, pageOfRows, pageQuery, toCursor, type PageQuery } from './http/pages.js';
export * from './http/service.js';
export * from './http/serve.js';
export { type OpenApiInfo } from './http/openapi.js';
export { withExamples } from './http/examples.js';
export { type StreamedEvent } from './http/event-stream.js';
export * from './http/client.js';
export { HttpClientError } from './http/client-error.js';
export * from './sqlite/index.js';
export { idempotentRequest, type IdempotentRequest } from './http/idempotent-request.js';
export {
  IdempotencyKeys,
  idempotencyAnswersMigration,
  idempotencyKeysMigration,
} from './http/idempotency-keys.js';
export * from './background/backoff.js';
export { ByteRoom } from './background/byte-room.js';
export * from './background/worker.js';
export * from './background/durable-work.js';
export * from './background/subject-batcher.js';
export { currentTrace, startSpan, traced, type TraceParent } from './tracing/spans.js';
export { isTracing } from './tracing/tracing.js';
export { preferencesOf } from './http/preferences.js';
export { exampleJob } from './jobs/example.js';
export { jobOf, type JobWords } from './jobs/job.js';
export { JobStore, jobsMigration } from './jobs/job-store.js';
export { Jobs } from './jobs/jobs.js';
export { LongWork } from './jobs/long-work.js';
export { sendAnswer } from './jobs/send-answer.js';
export { type JobRun } from './jobs/own-work.js';
export { type Progress, type Wait } from './jobs/progress.js';
export { jobsPlugin } from './jobs/routes.js';
export * from './cli.js';
export { KEY_STORE_FILE, changePassphraseCommand } from './change-passphrase.js';
