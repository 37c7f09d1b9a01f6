import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { Type } from 'typebox';
import type { Role } from '../config/roles.js';
import { withExamples } from './examples.js';
import { problemSchemas } from './openapi-components.js';
import { problemExamples } from './openapi-examples.js';
import { nameSchemas } from './openapi-named.js';
import { operationIdOf, SERVICE_NOUN, nounOf } from './openapi-names.js';
import { codesOf, responsesOf } from './openapi-responses.js';
import { toOpenApiSchema } from './openapi-schema.js';
import { commonProblems, problemOf, type ProblemCatalogue } from './problems.js';

export interface OpenApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description?: string;
  /** Groups of routes, by name. */
  readonly tags?: Readonly<Record<string, OpenApiTag>>;
  /** Credentials besides the bearer token of a role, by the name under which routes ask for them (`security`). */
  readonly securitySchemes?: Readonly<Record<string, BearerScheme>>;
}

/** Routes that belong together. */
export interface OpenApiTag {
  readonly description: string;
  /** Nouns of the paths whose routes it has; the tag's own name unless told. */
  readonly nouns?: readonly string[];
}

/** A token in the header `Authorization` (RFC 6750). */
export interface BearerScheme {
  readonly type: 'http';
  readonly scheme: 'bearer';
  readonly description: string;
}

declare module 'fastify' {
  interface FastifySchema {
    /** The route is described elsewhere, e.g. by a provider's own metadata. */
    hide?: boolean;
    /** Codes of the catalogue that the route answers with, besides those that its schema and its callers bring about. */
    problems?: readonly string[];
    /** Body that the route reads itself instead of having it checked: a schema for each media type. */
    unparsedBody?: Readonly<Record<string, { readonly type: 'string'; readonly description: string }>>;
  }
}

const BEARER: BearerScheme = {
  type: 'http',
  scheme: 'bearer',
  description: 'The token of a role; the description of each operation names the roles that may call it.',
};
const PROBLEM_TYPE = Type.Object({
  type: Type.String(),
  code: Type.String(),
  status: Type.Integer(),
  title: Type.String(),
});
/** https://spec.openapis.org/oas/v3.1.1, as far as every description has it. */
const DESCRIPTION = withExamples(
  Type.Object(
    {
      openapi: Type.String(),
      info: Type.Object({ title: Type.String(), version: Type.String() }, { additionalProperties: true }),
      paths: Type.Object({}, { additionalProperties: true }),
    },
    { additionalProperties: true },
  ),
  { openapi: '3.1.0', info: { title: 'careledger gateway', version: '0.1.0' }, paths: {} },
);
const SERVICE_TAG: OpenApiTag = { description: 'Health, metrics, and this description' };
const LICENSE = { name: 'Apache-2.0', identifier: 'Apache-2.0' };
const CONTACT = { name: 'Whoever operates this service' };
/** The service knows no address of its own: proxies may stand before it. */
const SERVERS = [{ url: '/', description: 'Where this description came from' }];

/** Serves `/openapi.json` (OpenAPI 3.1) made from the routes' schemas, and the catalogue at `/problems/{code}`. */
export async function installOpenApi(
  app: FastifyInstance,
  { tags = {}, securitySchemes = {}, ...info }: OpenApiInfo,
  catalogue: ProblemCatalogue,
): Promise<void> {
  refuseUnknownProblems(app, catalogue);
  const groups: Readonly<Record<string, OpenApiTag>> = { ...tags, [SERVICE_NOUN]: SERVICE_TAG };
  const tagOf = tagsByNoun(groups);
  /** Of the problems that routes answer with; filled while these are described. */
  const examples: Record<string, { readonly value: unknown }> = {};
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { ...info, license: LICENSE, contact: CONTACT },
      servers: SERVERS,
      tags: Object.entries(groups).map(([name, { description }]) => ({ name, description })),
      components: {
        securitySchemes: { bearer: BEARER, ...securitySchemes },
        schemas: problemSchemas(catalogue),
        examples,
      },
    },
    transformObject: (made) =>
      'openapiObject' in made ? nameSchemas(made.openapiObject) : made.swaggerObject,
    transform: ({ schema, url, route }) => {
      const method = [route.method].flat()[0] ?? 'GET';
      const { roles = [], public: isPublic = false } = route.config ?? {};
      const documented = { method, url, roles, isPublic, tag: tagOf(url), schema: schema ?? {} };
      Object.assign(examples, problemExamples(codesOf(documented), catalogue));
      return { schema: operationOf(documented, catalogue), url };
    },
  });
  app.get(
    '/openapi.json',
    {
      config: { public: true },
      schema: {
        operationId: 'getOpenApiDescription',
        summary: 'This description',
        response: { 200: DESCRIPTION },
      },
    },
    async (_request, reply) => reply.type('application/json').send(app.swagger()),
  );
  app.get<{ Params: { code: string } }>(
    '/problems/:code',
    {
      config: { public: true },
      schema: {
        summary: 'What a problem code means',
        response: { 200: withExamples(PROBLEM_TYPE, problemOf('NOT_FOUND', commonProblems.NOT_FOUND)) },
        problems: ['NOT_FOUND'],
      },
    },
    async ({ params: { code } }, reply) => {
      const problem = Object.hasOwn(catalogue, code) ? catalogue[code] : undefined;
      if (!problem) return reply.callNotFound();
      return problemOf(code, problem);
    },
  );
}

interface Route {
  readonly method: string;
  readonly url: string;
  readonly roles: readonly Role[];
  readonly isPublic: boolean;
  readonly tag: string;
  readonly schema: FastifySchema;
}

/** The group of a path: that which names its noun, or else the noun itself. */
function tagsByNoun(groups: Readonly<Record<string, OpenApiTag>>): (url: string) => string {
  const byNoun = new Map(
    Object.entries(groups).flatMap(([tag, { nouns = [tag] }]) => nouns.map((noun) => [noun, tag] as const)),
  );
  return (url) => byNoun.get(nounOf(url)) ?? nounOf(url);
}

/** The schema of a route as its operation: named, with who may call it and every answer that it can give. */
function operationOf(route: Route, catalogue: ProblemCatalogue): FastifySchema {
  const { method, url, roles, isPublic, tag } = route;
  const { unparsedBody, ...own } = route.schema;
  const who = isPublic ? 'Open to callers without a role.' : `Roles: ${roles.join(', ')}.`;
  return toOpenApiSchema({
    operationId: operationIdOf(method, url),
    tags: [tag],
    ...own,
    ...(unparsedBody && { body: { content: contentOf(unparsedBody) } }),
    response: responsesOf(route, catalogue),
    description: own.description ? `${own.description}\n\n${who}` : who,
    security: isPublic ? (own.security ?? []) : [{ bearer: [] }],
  });
}

const contentOf = (body: NonNullable<FastifySchema['unparsedBody']>) =>
  Object.fromEntries(Object.entries(body).map(([mediaType, schema]) => [mediaType, { schema }]));

/** A code that no catalogue has would be missing in the description, unseen. */
function refuseUnknownProblems(app: FastifyInstance, catalogue: ProblemCatalogue): void {
  app.addHook('onRoute', ({ url, schema }) => {
    const unknown = schema?.problems?.find((code) => !Object.hasOwn(catalogue, code));
    if (unknown !== undefined)
      throw new RangeError(`Route ${url} declares ${unknown}: add it to the problems`);
  });
}
