export { Unread } from '../src/access/read-gate.js';
export type { Reader } from '../src/access/reader.js';
export { fillCopy, type CopiedText } from './filled-copy.js';
export { TestHospital, readerWith } from './test-hospital.js';
export { testPatient, type TestNoticeOptions } from './test-patient.js';
