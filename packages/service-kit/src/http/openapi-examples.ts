import { toOperationOutcome } from './operation-outcome.js';
import { problemOf, type Problem, type ProblemCatalogue } from './problems.js';

/** Id of a request, as in the log. */
const INSTANCE = '91d71109-ee24-4ecd-bc45-0a64fa4003d2';
/** What the problems of every service have besides their code. */
const MEMBERS: Readonly<Record<string, object>> = {
  VALIDATION_FAILED: {
    detail: 'body/patientId must match pattern "^pat_[a-z2-7]{32}$"',
    errors: [{ in: 'body', pointer: '/patientId', message: 'must match pattern "^pat_[a-z2-7]{32}$"' }],
  },
  TOO_MANY_REQUESTS: { retryAfterS: 7 },
};

/** Names of a problem among the components' examples: as problem details, and for FHIR clients. */
const nameOf = (code: string): string => code;
const fhirNameOf = (code: string): string => `${code}.fhir`;
const REF = '#/components/examples/';

/** Examples of an answer that is one of some problems, by code; each is defined once ({@link problemExamples}). */
export const problemExampleRefs = (codes: readonly string[]) => ({
  problem: Object.fromEntries(codes.map((code) => [code, { $ref: `${REF}${nameOf(code)}` }])),
  fhir: Object.fromEntries(codes.map((code) => [code, { $ref: `${REF}${fhirNameOf(code)}` }])),
});

/** The components to which {@link problemExampleRefs} refer. */
export function problemExamples(
  codes: readonly string[],
  catalogue: ProblemCatalogue,
): Readonly<Record<string, { readonly value: unknown }>> {
  return Object.fromEntries(
    codes.flatMap((code) => {
      const known = catalogue[code];
      if (known === undefined) return [];
      const own = Object.entries(known.members ?? {}).map(([name, { examples = [] }]) => [name, examples[0]]);
      const members = { ...MEMBERS[code], ...(Object.fromEntries(own) as Record<string, unknown>) };
      const problem: Problem = { ...problemOf(code, known), instance: INSTANCE, ...members };
      return [
        [nameOf(code), { value: problem }],
        [fhirNameOf(code), { value: toOperationOutcome(problem) }],
      ];
    }),
  );
}
