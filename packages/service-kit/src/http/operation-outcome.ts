import { FHIR_JSON, JSON_TYPE, PROBLEM_JSON, preferredOf } from './media-types.js';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import type { Problem } from './problems.js';

/** https://hl7.org/fhir/R4/operationoutcome.html, as far as an error needs it. */
export interface OperationOutcome {
  readonly resourceType: 'OperationOutcome';
  readonly issue: readonly {
    readonly severity: 'error' | 'fatal';
    /** https://hl7.org/fhir/R4/valueset-issue-type.html */
    readonly code: string;
    readonly details: { readonly coding: readonly { system: string; code: string }[]; readonly text: string };
    readonly diagnostics?: string;
    readonly expression?: readonly string[];
  }[];
}

/** One fault of FHIR content. A problem lists them as its member `issues`, an OperationOutcome as its own. */
export const ProblemIssue = Type.Object({
  code: Type.String({
    description: 'Issue type of R4: what kind of fault it is',
    examples: ['code-invalid'],
  }),
  expression: Type.String({
    description: 'The way to the element',
    examples: ['Bundle.entry[0].resource.status'],
  }),
  rule: Type.Optional(
    Type.String({
      description: 'The rule that is broken: a constraint of R4, or a code of ours',
      examples: ['obs-6'],
    }),
  ),
  diagnostics: Type.String({
    examples: ['done is not a code of http://hl7.org/fhir/ValueSet/observation-status'],
  }),
});
type ProblemIssue = Static<typeof ProblemIssue>;
const ProblemIssues = Type.Array(ProblemIssue, { minItems: 1 });

const CODE_SYSTEM = 'urn:careledger:problem';
const RULE_SYSTEM = 'urn:careledger:rule-of-content';

/** Issue type per HTTP status; what is not listed is `processing` (4xx) or `exception` (5xx). */
const ISSUE_TYPE_BY_STATUS: Readonly<Record<number, string>> = {
  400: 'invalid',
  401: 'login',
  403: 'forbidden',
  404: 'not-found',
  406: 'not-supported',
  409: 'conflict',
  410: 'deleted',
  412: 'conflict',
  413: 'too-long',
  415: 'not-supported',
  422: 'business-rule',
  429: 'throttled',
  503: 'transient',
  504: 'timeout',
};

/** The same problem for FHIR clients. */
export function toOperationOutcome(problem: Problem): OperationOutcome {
  const { issues } = problem;
  const details = { coding: [{ system: CODE_SYSTEM, code: problem.code }], text: problem.title };
  if (Value.Check(ProblemIssues, issues))
    return { resourceType: 'OperationOutcome', issue: issues.map((issue) => outcomeIssue(issue, details)) };
  const code = ISSUE_TYPE_BY_STATUS[problem.status] ?? (problem.status >= 500 ? 'exception' : 'processing');
  return {
    resourceType: 'OperationOutcome',
    issue: [
      {
        severity: problem.status >= 500 ? 'fatal' : 'error',
        code,
        details,
        ...(problem.detail === undefined ? {} : { diagnostics: problem.detail }),
      },
    ],
  };
}

type Issue = OperationOutcome['issue'][number];

const outcomeIssue = (
  { code, expression, rule, diagnostics }: ProblemIssue,
  { coding, text }: Issue['details'],
): Issue => ({
  severity: 'error',
  code,
  details: { coding: rule === undefined ? coding : [...coding, { system: RULE_SYSTEM, code: rule }], text },
  diagnostics,
  expression: [expression],
});

/** What an error can be sent as; the first is for clients that take any. */
const ERROR_TYPES = [PROBLEM_JSON, JSON_TYPE, FHIR_JSON];

/** Whether the client prefers FHIR to plain problem details, by its `Accept`. */
export function wantsFhir(accept: string | undefined): boolean {
  return preferredOf(accept, ERROR_TYPES) === FHIR_JSON;
}
