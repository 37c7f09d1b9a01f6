export {
  clinicalBundle,
  type ClinicalAuthor,
  type ClinicalContent,
  type ClinicianNote,
  type LabResult,
} from './clinical.js';
export { emergencyBundle, type DeviceEvidence, type EmergencyContent } from './emergency.js';
export { FhirError, type FhirErrorCode } from './errors.js';
export { periodicBundle, type PeriodicContent } from './periodic.js';
export type { Bundle, Device, DocumentReference, Observation, Provenance, Resource } from './schema.js';
export type { ChainPosition, DeviceDescription, Source } from './source.js';
export { SYSTEM } from './systems.js';
export { uuidOf } from './uuid.js';
export {
  MAX_RESOURCE_CHARS,
  checkBundle,
  checkOwnBundle,
  checkResource,
  parseOwnBundle,
  parseResource,
  type FhirResource,
} from './validate.js';
