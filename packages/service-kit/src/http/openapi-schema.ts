import { isDeepStrictEqual } from 'node:util';
import type { FastifySchema } from 'fastify';

type Schema = Readonly<Record<string, unknown>>;
/** Keywords whose values are no schemas. */
const VALUES: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'example', 'examples']);

/**
 * A route's schema as OpenAPI 3.1 (JSON Schema 2020-12) writes it: tuples are `prefixItems`, or lists of so many, and what the caller may
 * leave out because it has a default is not `required`. The route itself keeps its own schema.
 */
export function toOpenApiSchema(schema: FastifySchema): FastifySchema {
  const { querystring, headers, params, ...others } = schema;
  return {
    ...mapTuples(others as Schema),
    ...(querystring !== undefined && { querystring: ofText(querystring as Schema) }),
    ...(headers !== undefined && { headers: ofText(headers as Schema) }),
    ...(params !== undefined && { params: ofText(params as Schema) }),
  } as FastifySchema;
}

const ofText = (schema: Schema): Schema => withSafeIntegers(withOptionalDefaults(mapTuples(schema)));

/** Text that spells a larger integer than JavaScript has is none (`text-values.ts`). */
function withSafeIntegers(schema: Schema): Schema {
  const { properties } = schema as { properties?: Record<string, Schema> };
  if (!properties) return schema;
  const bounds = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
  const bounded = Object.entries(properties).map(
    ([name, property]) =>
      [name, property['type'] === 'integer' ? { ...bounds, ...property } : property] as const,
  );
  return { ...schema, properties: Object.fromEntries(bounded) };
}

function withOptionalDefaults(schema: Schema): Schema {
  const { required, properties } = schema as { required?: string[]; properties?: Record<string, Schema> };
  if (!required || !properties) return schema;
  return { ...schema, required: required.filter((name) => properties[name]?.['default'] === undefined) };
}

function mapTuples(value: Schema): Schema {
  const entries = Object.entries(value).map(
    ([name, member]) => [name, VALUES.has(name) ? member : mapMember(member)] as const,
  );
  const mapped: Record<string, unknown> = Object.fromEntries(entries);
  if (!Array.isArray(mapped['items'])) return mapped;
  const { additionalItems, ...tuple } = mapped;
  const [first, ...others] = mapped['items'] as Schema[];
  // Of one kind, it is a list of so many: readers of all versions of JSON Schema know that.
  if (others.every((other) => isDeepStrictEqual(other, first))) {
    const maxItems = additionalItems === false && { maxItems: others.length + 1 };
    return { ...tuple, ...maxItems, items: first };
  }
  // As `false` says it, which linters take for a list that does not say what it holds.
  return { ...tuple, prefixItems: mapped['items'], items: { not: {} } };
}

function mapMember(member: unknown): unknown {
  if (Array.isArray(member)) return member.map(mapMember);
  return typeof member === 'object' && member !== null ? mapTuples(member as Schema) : member;
}
