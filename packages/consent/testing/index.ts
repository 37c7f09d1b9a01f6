export {
  consentCases,
  recordIn,
  type CaseMoment,
  type CaseRecord,
  type CaseRequest,
  type CaseRule,
  type CaseSource,
  type ConsentCase,
} from './consent-case.js';
export { LedgerForm, ruleIdOf } from './ledger-form.js';
