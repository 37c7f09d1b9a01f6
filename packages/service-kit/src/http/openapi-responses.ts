import { STATUS_CODES } from 'node:http';
import type { FastifySchema } from 'fastify';
import { headersOf, type AnswerHeaders } from './openapi-headers.js';
import { FHIR_JSON } from './operation-outcome.js';
import type { CommonProblemCode, ProblemCatalogue } from './problems.js';
import { PROBLEM_JSON } from './transport-problems.js';

/** What decides which problems a route can answer with. */
export interface DescribedRoute {
  readonly method: string;
  /** With `:parameters`. */
  readonly url: string;
  readonly isPublic: boolean;
  readonly schema: FastifySchema;
}

const BODILESS_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);
const PROBLEM_CONTENT = {
  [PROBLEM_JSON]: { schema: { $ref: '#/components/schemas/Problem' } },
  [FHIR_JSON]: { schema: { $ref: '#/components/schemas/OperationOutcome' } },
} as const;

/**
 * Every response of a route: its own, the problems that follow from who may call it and from what it reads, and those that
 * its schema declares, by status with their codes.
 */
export function responsesOf(route: DescribedRoute, catalogue: ProblemCatalogue): Record<string, unknown> {
  const own = (route.schema.response ?? { '2XX': { description: 'Success' } }) as Record<string, object>;
  const { answerHeaders } = route.schema;
  const byStatus = new Map<string, string[]>();
  for (const code of codesOf(route)) {
    const problem = catalogue[code];
    if (problem === undefined) continue;
    const lines = byStatus.get(String(problem.status)) ?? [];
    byStatus.set(String(problem.status), [...lines, `\`${code}\`: ${problem.title}`]);
  }
  const problems = [...byStatus].map(([status, lines]) => [
    status,
    {
      description: lines.join('\n\n'),
      content: { ...jsonOf(own[status]), ...PROBLEM_CONTENT },
      ...headersOf(status),
    },
  ]);
  const others = Object.entries(own).filter(([status]) => !byStatus.has(status));
  return {
    default: {
      description: 'Any other problem, e.g. of the connection (408, 417, 431)',
      content: PROBLEM_CONTENT,
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
const jsonOf = (schema: object | undefined) => (schema ? { 'application/json': { schema } } : {});

/** With the words of its status where the route has none for it. */
function named(status: string, schema: object, answerHeaders: AnswerHeaders | undefined): object {
  const headers = headersOf(status, answerHeaders);
  if ('description' in schema) return { ...schema, ...headers };
  return { ...schema, ...headers, 'x-response-description': STATUS_CODES[status] ?? 'Success' };
}

function commonCodesOf({ method, url, isPublic, schema }: DescribedRoute): CommonProblemCode[] {
  const { body, headers, params, querystring } = schema;
  const isChecked = [body, headers, params, querystring].some((part) => part !== undefined);
  return [
    'MALFORMED_REQUEST',
    ...(isChecked ? (['VALIDATION_FAILED'] as const) : []),
    ...(BODILESS_METHODS.has(method)
      ? []
      : (['MALFORMED_BODY', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const)),
    ...(isPublic ? [] : (['UNAUTHENTICATED', 'FORBIDDEN'] as const)),
    ...(!isPublic && url.includes('/:patientId') ? (['PATIENT_MISMATCH'] as const) : []),
    ...(url.includes('/:') ? (['URI_TOO_LONG'] as const) : []),
    'INTERNAL_ERROR',
    'SHUTTING_DOWN',
  ];
}
