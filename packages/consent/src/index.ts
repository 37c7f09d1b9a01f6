export { approvalOf, type AskedTerms } from './approval.js';
export { DECISION_CHANNELS, type DecisionName } from './channels.js';
export { delegateBody, delegationSentence, sealDelegateName, type DelegationTerms } from './delegation.js';
export { delegatedSentence } from './delegated.js';
export { decisionStatement } from './decision-statement.js';
export { grantBody, type GrantTerms } from './grant-body.js';
export { meaningOf, sealMeaning, toldOf, type GranteeTerm } from './meaning.js';
export { keyProofStatement } from './key-proof.js';
export { registrationStatement } from './registration.js';
export { grantSentence, sentenceOf, type Decision } from './sentence.js';
export { PERMISSION_WORDS, PURPOSE_WORDS } from './words.js';
export {
  STANDING_POLICIES,
  STANDING_POLICY_NAMES,
  namingFault,
  standingFault,
  standingRules,
  type StandingPolicy,
  type StandingPolicyName,
} from './standing.js';
