export type { ConsentKeyFolder } from './consent-key-file.js';
export { PATIENT_KEYS } from './patient-keys.js';
export { Patients, type Patient } from './patients.js';
export type { EnrolmentOffer } from './enrolment.js';
export { PatientError } from './errors.js';
