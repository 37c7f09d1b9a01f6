import type { FastifySchema } from 'fastify';

type Schema = Readonly<Record<string, unknown>>;

/**
 * A route's schema as OpenAPI 3.1 (JSON Schema 2020-12) writes it: tuples are `prefixItems`, and what the caller may
 * leave out because it has a default is not `required`. The route itself keeps its own schema.
 */
export function toOpenApiSchema(schema: FastifySchema): FastifySchema {
  const { querystring, headers, ...others } = schema;
  return {
    ...mapTuples(others as Schema),
    ...(querystring !== undefined && { querystring: withOptionalDefaults(mapTuples(querystring as Schema)) }),
    ...(headers !== undefined && { headers: withOptionalDefaults(mapTuples(headers as Schema)) }),
  } as FastifySchema;
}

function withOptionalDefaults(schema: Schema): Schema {
  const { required, properties } = schema as { required?: string[]; properties?: Record<string, Schema> };
  if (!required || !properties) return schema;
  return { ...schema, required: required.filter((name) => properties[name]?.['default'] === undefined) };
}

function mapTuples(value: Schema): Schema {
  const entries = Object.entries(value).map(([name, member]) => [name, mapMember(member)] as const);
  const mapped: Record<string, unknown> = Object.fromEntries(entries);
  if (!Array.isArray(mapped['items'])) return mapped;
  delete mapped['additionalItems'];
  // As `false` says it, which linters take for a list that does not say what it holds.
  return { ...mapped, prefixItems: mapped['items'], items: { not: {} } };
}

function mapMember(member: unknown): unknown {
  if (Array.isArray(member)) return member.map(mapMember);
  return typeof member === 'object' && member !== null ? mapTuples(member as Schema) : member;
}
