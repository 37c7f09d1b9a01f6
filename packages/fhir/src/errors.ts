/** Why JSON is not taken as a FHIR R4 resource, or not as a bundle of this system. */
export type FhirErrorCode =
  'NOT_JSON' | 'TOO_LARGE' | 'NOT_A_FHIR_RESOURCE' | 'INVALID_FHIR' | 'NOT_A_BUNDLE' | 'PROFILE_VIOLATION';

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
