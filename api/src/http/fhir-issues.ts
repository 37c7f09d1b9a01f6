import type { FhirIssue } from '@careledger/fhir';
import { ProblemIssue } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';

/** Each fault of what somebody wants to have written: the member `issues` of a problem. */
export const FhirIssues = Type.Array(ProblemIssue, {
  description: 'Each fault that was found, and where',
  examples: [
    [
      {
        code: 'code-invalid',
        expression: 'Bundle.entry[0].resource.status',
        diagnostics: 'done is not a code of http://hl7.org/fhir/ValueSet/observation-status',
      },
    ],
  ],
});

/** One fault of a bundle, as a problem and an OperationOutcome say it. */
export const issueOf = ({ code, path, rule, message }: FhirIssue): Static<typeof ProblemIssue> => ({
  code,
  expression: path === '' ? 'Bundle' : `Bundle.${path}`,
  ...(rule !== undefined && { rule }),
  diagnostics: message,
});
