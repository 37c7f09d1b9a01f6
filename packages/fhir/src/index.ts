export { clinicalBundle } from './clinical.js';
export type { RecordAbout } from './content/about.js';
export { readRecordContent } from './content/record-content.js';
export { RECORD_TYPES } from './content/record-types.js';
export { detailBundle, type DetailSeries } from './detail.js';
export { emergencyBundle, type DeviceEvidence, type EmergencyAlarm } from './emergency.js';
export { checkWrittenContent } from './content/written-content.js';
export { concept, outside } from './elements.js';
export { FhirError, type FhirErrorCode } from './errors.js';
export type { FhirIssue } from './r4/issue.js';
export { parseFhirJson } from './json.js';
export { loadR4Checker } from './r4/load.js';
export { periodicBundle } from './periodic.js';
export { isClinicalSystem } from './scope/codes.js';
export { alarmKinds, ownKindsOf } from './scope/own-kinds.js';
export { isSupporting, kindsOf, tellingResources } from './scope/resource-kinds.js';
export type { Bundle, Device, Observation } from './schema.js';
export { patientResourceIdOf, readPatientResourceId } from './server/patient-resource-id.js';
export {
  entryHashOf,
  entryNameOf,
  readResourceId,
  readStatementId,
  resourceIdOf,
  statementIdOf,
  type NamedEntry,
  type ResourceRef,
  type StatementRef,
} from './server/resource-id.js';
export type { ChainPosition, DeviceDescription } from './source.js';
export { R4_RESOURCE_TYPES } from './r4.js';
export { SYSTEM } from './systems.js';
export { uuidOf } from './uuid.js';
export { checkBundle, checkResource, type FhirResource } from './validate.js';
