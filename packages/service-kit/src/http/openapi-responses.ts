import { STATUS_CODES } from 'node:http';
import type { FastifySchema } from 'fastify';
import { headersOf, type AnswerHeaders } from './openapi-headers.js';
import { problemExampleRefs } from './openapi-examples.js';
import { FHIR_JSON, PROBLEM_JSON } from './media-types.js';
import type { CommonProblemCode, ProblemCatalogue } from './problems.js';

/** What decides which problems a route can answer with. */
export interface DescribedRoute {
  readonly method: string;
  /** With `:parameters`. */
  readonly url: string;
  readonly isPublic: boolean;
  readonly schema: FastifySchema;
}

const BODILESS_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);
const PROBLEM = { schema: { $ref: '#/components/schemas/Problem' } } as const;
const OUTCOME = { schema: { $ref: '#/components/schemas/OperationOutcome' } } as const;

/** @param codes of which it is one */
function problemContent(codes: readonly string[]) {
  const { problem, fhir } = problemExampleRefs(codes);
  return { [PROBLEM_JSON]: { ...PROBLEM, examples: problem }, [FHIR_JSON]: { ...OUTCOME, examples: fhir } };
}

/**
 * Every response of a route: its own, the problems that follow from who may call it and from what it reads, and those that
 * its schema declares, by status with their codes.
 */
export function responsesOf(route: DescribedRoute, catalogue: ProblemCatalogue): Record<string, unknown> {
  const own = (route.schema.response ?? { '2XX': { description: 'Success' } }) as Record<string, object>;
  const { answerHeaders } = route.schema;
  const byStatus = Map.groupBy(
    codesOf(route).filter((code) => catalogue[code] !== undefined),
    (code) => String(catalogue[code]?.status),
  );
  const problems = [...byStatus].map(([status, codes]) => [
    status,
    {
      description: codes.map((code) => `\`${code}\`: ${catalogue[code]?.title}`).join('\n\n'),
      content: { ...jsonOf(own[status]), ...problemContent(codes) },
      ...headersOf(status),
    },
  ]);
  const others = Object.entries(own).filter(([status]) => !byStatus.has(status));
  return {
    default: {
      description: 'Any other problem, e.g. of the connection (408, 417, 431)',
      content: { [PROBLEM_JSON]: PROBLEM, [FHIR_JSON]: OUTCOME },
    },
    ...Object.fromEntries(problems),
    ...Object.fromEntries(others.map(([status, schema]) => [status, named(status, schema, answerHeaders)])),
  };
}

/** The codes of the problems that a route describes, each once. */
export const codesOf = (route: DescribedRoute): readonly string[] => [
  ...new Set([...commonCodesOf(route), ...(route.schema.problems ?? [])]),
];

/** What a route itself answers with a status that problems have as well. */
function jsonOf(schema: object | undefined) {
  if (schema === undefined) return {};
  const { examples: [example] = [], ...own } = schema as { readonly examples?: readonly unknown[] };
  return { 'application/json': { schema: own, ...(example !== undefined && { example }) } };
}

/** With the words of its status where the route has none for it. */
function named(status: string, schema: object, answerHeaders: AnswerHeaders | undefined): object {
  const headers = headersOf(status, answerHeaders);
  if ('description' in schema) return { ...schema, ...headers };
  return { ...schema, ...headers, 'x-response-description': STATUS_CODES[status] ?? 'Success' };
}

/** Of every route that asks who calls it. */
const GUARDED = ['UNAUTHENTICATED', 'FORBIDDEN', 'SCOPE_INSUFFICIENT', 'ISSUER_UNAVAILABLE'] as const;

function commonCodesOf({ method, url, isPublic, schema }: DescribedRoute): CommonProblemCode[] {
  const { body, headers, params, querystring } = schema;
  const isChecked = [body, headers, params, querystring].some((part) => part !== undefined);
  return [
    'MALFORMED_REQUEST',
    ...(isChecked ? (['VALIDATION_FAILED'] as const) : []),
    ...(BODILESS_METHODS.has(method)
      ? []
      : (['MALFORMED_BODY', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const)),
    ...(isPublic ? [] : GUARDED),
    ...(!isPublic && url.includes('/:patientId') ? (['PATIENT_MISMATCH'] as const) : []),
    ...(url.includes('/:') ? (['URI_TOO_LONG'] as const) : []),
    'INTERNAL_ERROR',
    'SHUTTING_DOWN',
  ];
}
