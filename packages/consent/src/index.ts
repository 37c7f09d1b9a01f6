export { DECISION_CHANNELS, type DecisionName } from './channels.js';
export { decisionStatement } from './decision-statement.js';
export { grantBody, type GrantTerms } from './grant-body.js';
export {
  granteeTagOf,
  meaningOf,
  scopeTagOf,
  sealMeaning,
  toldOf,
  type GranteeTerm,
  type MeaningTerms,
} from './meaning.js';
export { registrationStatement, type RegistrationParts } from './registration.js';
export { grantSentence, sentenceOf, type Decision } from './sentence.js';
