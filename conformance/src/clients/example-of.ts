import type { Schema } from '../docs/openapi-documents.js';

/** Where a request is filled in by whoever sends it: a variable that is named like the member. */
export const variable = (name: string): string => `{{${name}}}`;

/**
 * What a request may say where a schema asks for something: an example, a default, or else the least that it demands, the
 * same each time. Of several forms it takes the last: those before it are for what an app has signed.
 * @param name of the member or parameter
 */
export function exampleOf(schema: Schema, name: string): unknown {
  const { anyOf, items = {}, minimum = 0, properties = {}, required = [], type } = schema;
  const given = schema.examples?.[0] ?? schema.const ?? schema.default ?? schema.enum?.[0];
  if (given !== undefined) return given;
  const form = anyOf?.at(isChoice(anyOf) ? 0 : -1);
  if (form !== undefined) return exampleOf(form, name);
  switch (type) {
    case 'object':
      return Object.fromEntries(
        required.map((member) => [member, exampleOf(properties[member] ?? {}, member)]),
      );
    case 'array':
      return [exampleOf(items, name)];
    case 'integer':
    case 'number':
      return minimum;
    case 'boolean':
      return true;
    case 'string':
      return variable(name);
    case 'null':
      return null;
    default:
      return {};
  }
}

/** Forms that are single values: the documents write an enumeration so as well. */
const isChoice = (forms: readonly Schema[]): boolean =>
  forms.every((form) => form.const !== undefined || form.enum !== undefined);
