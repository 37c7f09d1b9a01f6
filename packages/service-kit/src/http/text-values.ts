import type { TSchema } from 'typebox';

/** RFC 8259 numbers without fraction or exponent. */
const INTEGER = /^-?(?:0|[1-9]\d*)$/;
/** RFC 8259 numbers. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

type Properties = Readonly<Record<string, { readonly type?: unknown }>>;

/**
 * Parameters, query and headers are text: where the schema asks for a number or a truth value, text that spells one as
 * JSON does becomes it. Anything else ("true" or "0x1" for an integer) stays text, which the schema then refuses.
 */
export function readTextValues(schema: TSchema, values: unknown): unknown {
  const properties = (schema as { properties?: Properties }).properties ?? {};
  if (typeof values !== 'object' || values === null) return values;
  return Object.fromEntries(
    Object.entries(values).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'string' && Object.hasOwn(properties, name)
        ? read(properties[name]?.type, value)
        : value,
    ]),
  );
}

function read(type: unknown, text: string): unknown {
  if (type === 'integer')
    return INTEGER.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : text;
  if (type === 'number') return NUMBER.test(text) ? Number(text) : text;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}
