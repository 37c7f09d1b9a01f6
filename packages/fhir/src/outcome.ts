import type { OperationOutcome } from './schema.js';

/** Code system of this project's error codes within an OperationOutcome. */
const ERROR_SYSTEM = 'urn:careledger:error';

/** Codes of https://hl7.org/fhir/R4/codesystem-issue-type.html that this system uses. */
export type IssueType =
  | 'invalid'
  | 'structure'
  | 'required'
  | 'value'
  | 'login'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'too-long'
  | 'throttled'
  | 'timeout'
  | 'transient'
  | 'not-supported'
  | 'business-rule'
  | 'exception';

/** One error as FHIR says it; `code` is this system's machine-readable code, `issueType` FHIR's. */
export const operationOutcome = (
  code: string,
  diagnostics: string,
  issueType: IssueType = 'invalid',
): OperationOutcome => ({
  resourceType: 'OperationOutcome',
  issue: [
    {
      severity: 'error',
      code: issueType,
      details: { coding: [{ system: ERROR_SYSTEM, code }] },
      diagnostics,
    },
  ],
});
