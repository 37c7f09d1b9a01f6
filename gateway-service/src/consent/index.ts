export { checkAppStatement } from './app-statement.js';
export { ConsentOutbox } from './consent-outbox.js';
export { ConsentService, type JobOutcome } from './consent-service.js';
export { AdoptedDelegations } from './adopted-delegations.js';
export { Delegates } from './delegates.js';
export { DelegationStore, type Delegation } from './delegation-store.js';
export { Delegations } from './delegations.js';
export { ConsentError } from './errors.js';
export { EarlierDecisions, type Taken } from './earlier.js';
export { GrantStore, type Grant } from './grant-store.js';
export { StatementIntake } from './intake.js';
export { Reconciler } from './reconciler.js';
export { Registrations } from './registrations.js';
export { Rotations } from './rotations.js';
export { ConsentSettler } from './settle.js';
export {
  StandingPolicies,
  type NewPolicy,
  type PolicyState,
  type StandingPoliciesOptions,
} from './standing-policies.js';
export { StandingPolicyStore } from './standing-policy-store.js';
export { StepStore, type ConsentStep } from './step-store.js';
export { SubscriptionStore } from './subscription-store.js';
export { openConsentKey, type ConsentPassphrase } from './unlock.js';
