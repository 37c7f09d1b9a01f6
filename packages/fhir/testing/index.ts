export { curveIn } from './curve.js';
export { concept, outside, subjectOf } from '../src/elements.js';
export {
  HOSPITAL,
  HOSPITAL_NUMBER,
  LAB,
  OTHER_PATIENT,
  authority,
  byGateway,
  byHospital,
  byLab,
  collectionOf,
  composition,
  documentOf,
  entry,
  observation,
  otherSubject,
  provenance,
  pseudonym,
  subject,
  uuid,
  type Part,
} from './parts.js';
export {
  H8,
  PATIENT,
  clinical,
  detail,
  emergency,
  everything,
  evidenceOfEverything,
  bounded,
  ofOneCause,
  periodic,
  vitals,
  withReport,
} from './samples.js';
export type { ContentVector, ResourceIdVector, WrittenVector } from './vectors.js';
