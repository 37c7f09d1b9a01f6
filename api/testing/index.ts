export { Unread } from '../src/access/read-gate.js';
export type { Reader } from '../src/access/reader.js';
export { TestHouse, readerWith } from './test-house.js';
export { testPatient, type TestNoticeOptions } from './test-patient.js';
