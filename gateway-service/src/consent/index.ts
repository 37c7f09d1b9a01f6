export { ConsentOutbox } from './consent-outbox.js';
export { ConsentService, type GrantTerms, type JobOutcome } from './consent-service.js';
export { ConsentError, type ConsentErrorCode } from './errors.js';
export { GrantStore, type Grant } from './grant-store.js';
export { Reconciler } from './reconciler.js';
export { CONSENT_MIGRATION, CONSENT_OWNERS_MIGRATION } from './schema.js';
export { StepStore, type ConsentStep } from './step-store.js';
export { SubscriptionStore } from './subscription-store.js';
