/** What is wrong with an element, as an issue of an OperationOutcome says it. */
export interface FhirIssue {
  /** https://hl7.org/fhir/R4/valueset-issue-type.html */
  readonly code: IssueType;
  /** The way to the element: `entry[2].resource.valueQuantity.code`. */
  readonly path: string;
  /** The constraint of R4 that is broken: `obs-6`. */
  readonly rule?: string;
  readonly message: string;
}

/** The types of issue that a check of content has. */
export type IssueType =
  | 'business-rule'
  | 'code-invalid'
  | 'invariant'
  | 'not-found'
  | 'not-supported'
  | 'required'
  | 'structure'
  | 'value';

/** Takes what is wrong. */
export type Report = (issue: FhirIssue) => void;
