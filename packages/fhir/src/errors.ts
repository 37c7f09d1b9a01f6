import type { FhirIssue, IssueType } from './r4/issue.js';

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

/** As which type of issue an OperationOutcome names a code; `business-rule` any other. */
const ISSUE_TYPES: Partial<Readonly<Record<FhirErrorCode, IssueType>>> = {
  NOT_JSON: 'structure',
  JSON_DUPLICATE_KEY: 'structure',
  NOT_A_FHIR_RESOURCE: 'structure',
  NOT_A_BUNDLE: 'structure',
  INVALID_FHIR: 'structure',
  MODIFIER_UNKNOWN: 'not-supported',
  RESOURCE_TYPE_REFUSED: 'not-supported',
  REFERENCE_OUTSIDE: 'not-found',
  SUBJECT_MISSING: 'required',
};

/** `path` leads to the offending element, e.g. `entry[2].resource.status`. */
export class FhirError extends Error {
  readonly code: FhirErrorCode;
  readonly path: string;
  readonly #message: string;

  constructor(code: FhirErrorCode, path: string, message: string, options?: ErrorOptions) {
    super(path === '' ? message : `${path}: ${message}`, options);
    this.name = 'FhirError';
    this.code = code;
    this.path = path;
    this.#message = message;
  }

  /** All that is wrong, as far as it was looked for; this error first. */
  get issues(): readonly FhirIssue[] {
    const { code, path } = this;
    return [{ code: ISSUE_TYPES[code] ?? 'business-rule', path, rule: code, message: this.#message }];
  }
}

/** What is not FHIR R4, whose definitions say so: each fault of it. */
export class InvalidFhirError extends FhirError {
  readonly #issues: readonly FhirIssue[];

  /** @param issues at least one */
  constructor(issues: readonly FhirIssue[], code: FhirErrorCode = 'INVALID_FHIR') {
    const [{ path, message } = { path: '', message: 'not FHIR R4' }] = issues;
    super(code, path, message);
    this.#issues = issues;
  }

  override get issues(): readonly FhirIssue[] {
    return this.#issues;
  }
}
