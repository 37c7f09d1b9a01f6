export { ConsentOutbox } from './consent-outbox.js';
export { ConsentService, type JobOutcome } from './consent-service.js';
export { ConsentError } from './errors.js';
export { GrantStore, type Grant } from './grant-store.js';
export { Reconciler } from './reconciler.js';
export { Registrations } from './registrations.js';
export { ConsentSettler } from './settle.js';
export { StepStore, type ConsentStep } from './step-store.js';
export { SubscriptionStore } from './subscription-store.js';
