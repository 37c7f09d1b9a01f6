export { Unread } from '../access/read-gate.js';
export type { Reader } from '../access/read-gate.js';
export { TestHouse, readerWith } from './test-house.js';
export { testPatient, type TestNoticeOptions } from './test-patient.js';
