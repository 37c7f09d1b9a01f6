import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { toOpenApiSchema } from './openapi-schema.js';
import { problemTypeUri, type ProblemCatalogue } from './problems.js';
import { PROBLEM_JSON } from './transport-problems.js';

export interface OpenApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description?: string;
}

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

/** Serves `/openapi.json` (OpenAPI 3.1) made from the routes' schemas, and the catalogue at `/problems/{code}`. */
export async function installOpenApi(
  app: FastifyInstance,
  info: OpenApiInfo,
  catalogue: ProblemCatalogue,
): Promise<void> {
  const codes = Object.keys(catalogue).sort();
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { ...info },
      components: {
        securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
        schemas: {
          Problem: {
            ...PROBLEM_SCHEMA,
            properties: { ...PROBLEM_SCHEMA.properties, code: { type: 'string', enum: codes } },
          },
        },
      },
    },
    transform: ({ schema, url, route }) => {
      const { roles = [], public: isPublic } = route.config ?? {};
      const documented = withProblemResponse(toOpenApiSchema((schema ?? {}) as FastifySchema));
      if (isPublic) return { schema: { ...documented, security: [] }, url };
      const who = `Roles: ${roles.join(', ')}.`;
      return {
        schema: {
          ...documented,
          description: documented.description ? `${documented.description}\n\n${who}` : who,
          security: [{ bearer: [] }],
        },
        url,
      };
    },
  });
  app.get(
    '/openapi.json',
    { config: { public: true }, schema: { summary: 'This description' } },
    async (_request, reply) => reply.type('application/json').send(app.swagger()),
  );
  app.get<{ Params: { code: string } }>(
    '/problems/:code',
    { config: { public: true }, schema: { summary: 'What a problem code means' } },
    async ({ params: { code } }, reply) => {
      const problem = Object.hasOwn(catalogue, code) ? catalogue[code] : undefined;
      if (!problem) return reply.callNotFound();
      return { type: problemTypeUri(code), code, status: problem.status, title: problem.title };
    },
  );
}

function withProblemResponse(schema: FastifySchema): FastifySchema {
  const response = (schema.response ?? { '2XX': { description: 'Success' } }) as Record<string, unknown>;
  const problem = {
    description: 'A problem; FHIR clients get an OperationOutcome instead',
    content: { [PROBLEM_JSON]: { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  return { ...schema, response: { default: problem, ...response } };
}
