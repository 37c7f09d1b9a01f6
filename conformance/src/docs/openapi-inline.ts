import type { OpenApiDocument } from './openapi-documents.js';

const REF = '#/components/schemas/';

/** A description whose schemas stand where they are used, for readers that follow no references. */
export function inlineSchemas(document: OpenApiDocument): OpenApiDocument {
  return {
    ...document,
    paths: inlined(document.paths, document.components.schemas) as OpenApiDocument['paths'],
  };
}

/** A description whose schemas are referred to as those of a document with this id, so that each can be read alone. */
export const withAbsoluteRefs = (document: OpenApiDocument, id: string): OpenApiDocument =>
  JSON.parse(JSON.stringify(document).replaceAll(`"$ref":"${REF}`, `"$ref":"${id}${REF}`)) as OpenApiDocument;

function inlined(value: unknown, schemas: OpenApiDocument['components']['schemas']): unknown {
  if (Array.isArray(value)) return value.map((item) => inlined(item, schemas));
  if (typeof value !== 'object' || value === null) return value;
  const { $ref } = value as { readonly $ref?: unknown };
  const name = typeof $ref === 'string' && $ref.startsWith(REF) ? $ref.slice(REF.length) : undefined;
  if (name !== undefined) return inlined(schemas[name], schemas);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, inlined(member, schemas)]));
}
