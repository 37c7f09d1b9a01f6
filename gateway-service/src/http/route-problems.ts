import { ledgerAnswers } from '@careledger/ledger/service';
import type { ProblemCode } from '../problems.js';

/** What routes of several nouns can answer with; a route's schema declares them as `problems`. */
type Codes = readonly ProblemCode[];

/** Routes under a patient. */
export const patientProblems: Codes = ['PATIENT_NOT_FOUND'];

/** Routes that open the consent key. */
export const passphraseProblems: Codes = [
  'CONSENT_KEY_NOT_KEPT',
  'CONSENT_KEY_LOCKED',
  'PASSPHRASE_BACKOFF',
  'PASSPHRASES_BUSY',
  'GATEWAY_STOPPING',
];

/** Routes that take settings. */
export const settingsProblems: Codes = [
  ...patientProblems,
  ...passphraseProblems,
  'SETTINGS_STATEMENT_REFUSED',
  'SETTINGS_NOT_GRANTED',
  'SETTINGS_INVALID',
  'SETTINGS_LOOSENED',
  'VERSION_CHANGED',
  'AUTHORITY_UNKNOWN',
  ...ledgerAnswers,
];

/** Routes that take a decision of the patient to the ledger. */
export const consentProblems: Codes = [
  ...patientProblems,
  ...passphraseProblems,
  'CONSENT_STATEMENT_REFUSED',
  'CONSENT_REFUSED',
  'AUTHORITY_UNKNOWN',
  ...ledgerAnswers,
];
