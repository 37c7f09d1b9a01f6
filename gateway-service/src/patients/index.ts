export { PASSPHRASE_MIN_CHARS, type ConsentKeyFolder } from './consent-key-file.js';
export { PatientError, type PatientErrorCode } from './errors.js';
export { PATIENT_KEYS, PatientKeys } from './patient-keys.js';
export { Patients, type Patient, type PatientsOptions } from './patients.js';
