export { DisclosureError } from './errors.js';
export type { EndorserRoots } from './endorsers.js';
export type { DisclosureFault, DisclosureFaultCode, DisclosureReport } from './report.js';
export { disclosureBundle, type DisclosureBundle } from './statement.js';
export { verifyDisclosure } from './verify.js';
export { PATIENT_READ } from './systems.js';
