import type { FastifySchema } from 'fastify';
import { Type, type TProperties } from 'typebox';

/** The schema of a route that takes these headers as well. */
export function withHeaders(schema: FastifySchema, more: TProperties): FastifySchema {
  const { properties = {} } = (schema.headers ?? {}) as { readonly properties?: TProperties };
  return { ...schema, headers: Type.Object({ ...properties, ...more }) };
}
