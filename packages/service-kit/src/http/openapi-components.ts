import type { ProblemCatalogue } from './problems.js';

/** Schemas of what every route answers with when it cannot do what it is asked. */

const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'RFC 9457 problem details; program against `code`',
  required: ['type', 'title', 'status', 'code'] as string[],
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string' },
    detail: { type: 'string' },
    instance: { type: 'string', description: 'Id of the request, as in the log' },
    errors: {
      type: 'array',
      description: 'Each fault of a request that does not match its schema',
      items: {
        type: 'object',
        required: ['in', 'pointer', 'message'] as string[],
        properties: {
          in: { type: 'string', enum: ['body', 'params', 'querystring', 'headers'] as string[] },
          pointer: { type: 'string', description: 'JSON Pointer (RFC 6901) of the faulty member' },
          message: { type: 'string' },
        },
      },
    },
    reason: { type: 'string', description: 'Code of what refused further down, e.g. of the chaincode' },
    retryAfterS: { type: 'integer', description: 'As the header Retry-After, in seconds' },
  },
} as const;

/** https://hl7.org/fhir/R4/operationoutcome.html, as far as an error fills it. */
const OPERATION_OUTCOME_SCHEMA = {
  type: 'object',
  description: 'The same problem for clients that prefer application/fhir+json',
  required: ['resourceType', 'issue'] as string[],
  properties: {
    resourceType: { type: 'string', const: 'OperationOutcome' },
    issue: {
      type: 'array',
      items: {
        type: 'object',
        required: ['severity', 'code', 'details'] as string[],
        properties: {
          severity: { type: 'string', enum: ['error', 'fatal'] as string[] },
          code: { type: 'string' },
          details: {
            type: 'object',
            required: ['coding', 'text'] as string[],
            properties: {
              coding: {
                type: 'array',
                items: {
                  type: 'object',
                  properties: { system: { type: 'string' }, code: { type: 'string' } },
                },
              },
              text: { type: 'string' },
            },
          },
          diagnostics: { type: 'string' },
          expression: { type: 'array', items: { type: 'string' } },
        },
      },
    },
  },
} as const;

/** @param catalogue of the problems that the service can answer with */
export const problemSchemas = (catalogue: ProblemCatalogue) => ({
  Problem: {
    ...PROBLEM_SCHEMA,
    properties: {
      ...PROBLEM_SCHEMA.properties,
      ...membersOf(catalogue),
      code: { type: 'string' as const, enum: Object.keys(catalogue).sort() },
    },
  },
  OperationOutcome: OPERATION_OUTCOME_SCHEMA,
});

/** Members that some of the problems have, with the codes of those that do. */
function membersOf(catalogue: ProblemCatalogue): Record<string, object> {
  const members = Object.entries(catalogue).flatMap(([code, { members = {} }]) =>
    Object.entries(members).map(([name, schema]) => ({ code, name, schema })),
  );
  const byName = Object.entries(Object.groupBy(members, ({ name }) => name));
  return Object.fromEntries(
    byName.map(([name, these = []]) => {
      const { description = '', ...schema } = these[0]?.schema ?? {};
      const codes = these.map(({ code }) => `\`${code}\``).join(', ');
      return [name, { ...schema, description: `${description} (${codes})`.trim() }];
    }),
  );
}
