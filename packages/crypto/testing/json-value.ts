import fc from 'fast-check';

const normal = (value: unknown): unknown => {
  if (Object.is(value, -0)) return 0;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(normal);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, normal(item)]));
};

/**
 * JSON values with any names and texts. -0 is 0, as canonical JSON writes it. Not made by `JSON.parse`, which does not
 * read every name rightly (see `json-reader.ts`).
 */
export const jsonValue = (maxDepth: number): fc.Arbitrary<unknown> => fc.jsonValue({ maxDepth }).map(normal);

/** JSON objects, as a payload is one. */
export const jsonObject = (maxDepth: number): fc.Arbitrary<Record<string, unknown>> =>
  fc.dictionary(fc.string({ maxLength: 5 }), jsonValue(maxDepth), { maxKeys: 4 });
