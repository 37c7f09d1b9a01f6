/** Why JSON is not taken as a FHIR R4 resource, not as a bundle of this system, or not as the content of a record. */
export type FhirErrorCode =
  | 'NOT_JSON'
  | 'JSON_DUPLICATE_KEY'
  | 'TOO_LARGE'
  | 'NOT_A_FHIR_RESOURCE'
  | 'INVALID_FHIR'
  | 'NOT_A_BUNDLE'
  | 'PROFILE_VIOLATION'
  | ContentErrorCode;

/** Why FHIR is not the content of the record that it is offered as: spec/content.md. */
export type ContentErrorCode =
  | 'BUNDLE_TYPE_REFUSED'
  | 'RESOURCE_TYPE_REFUSED'
  | 'MODIFIER_UNKNOWN'
  | 'REFERENCE_OUTSIDE'
  | 'REFERENCE_AMBIGUOUS'
  | 'SUBJECT_MISSING'
  | 'SUBJECT_MISMATCH'
  | 'PATIENT_IDENTIFIED'
  | 'AUTHOR_MISMATCH'
  | 'KIND_MISMATCH';

/** `path` leads to the offending element, e.g. `entry[2].resource.status`. */
export class FhirError extends Error {
  readonly code: FhirErrorCode;
  readonly path: string;
  constructor(code: FhirErrorCode, path: string, message: string, options?: ErrorOptions) {
    super(path === '' ? message : `${path}: ${message}`, options);
    this.name = 'FhirError';
    this.code = code;
    this.path = path;
  }
}
