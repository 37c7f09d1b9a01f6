export {
  consentCases,
  recordIn,
  withRecordIds,
  type CaseMoment,
  type CaseRecord,
  type CaseRequest,
  type CaseRule,
  type ConsentCase,
} from './consent-case.js';
export { LedgerForm, kindOf, ruleIdOf } from './ledger-form.js';
