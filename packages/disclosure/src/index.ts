export { auditEventOf } from './audit-event.js';
export type { DisclosureReport } from './report.js';
export { disclosureBundle } from './statement.js';
export { verifyDisclosure } from './verify.js';
export { PATIENT_READ } from './systems.js';
