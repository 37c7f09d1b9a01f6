export {
  clinicalBundle,
  type ClinicalAuthor,
  type ClinicalContent,
  type ClinicianNote,
  type LabResult,
} from './clinical.js';
export type { RecordAbout } from './content/about.js';
export { checkRecordContent, readRecordContent } from './content/record-content.js';
export { emergencyBundle, type DeviceEvidence, type EmergencyContent } from './emergency.js';
export { FhirError, type ContentErrorCode, type FhirErrorCode } from './errors.js';
export { MAX_RESOURCE_CHARS } from './json.js';
export { periodicBundle, type PeriodicContent } from './periodic.js';
export type { Bundle, Device, DocumentReference, Observation, Provenance, Resource } from './schema.js';
export type { ChainPosition, DeviceDescription, Source } from './source.js';
export { SYSTEM } from './systems.js';
export { uuidOf } from './uuid.js';
export {
  checkBundle,
  checkOwnBundle,
  checkResource,
  parseOwnBundle,
  parseResource,
  type FhirResource,
} from './validate.js';
