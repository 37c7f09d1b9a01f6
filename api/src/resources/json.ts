/** A JSON object whose numbers may stand as they were written (`exactJson`). */
export type Json = Readonly<Record<string, unknown>>;

/** Node 22 and later (https://github.com/tc39/proposal-json-parse-with-source). */
const { isRawJSON } = JSON as unknown as { isRawJSON(value: unknown): boolean };

/** Whether a value has members: a number that stands as it was written has none. */
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJSON(value);

export const objectsOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** The same without some members, in their order. */
export const without = (value: Json, ...names: readonly string[]): Json =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));

/** A copy in which each object, from the inside out, is what `change` makes of it. */
export function mapObjects(value: unknown, change: (value: Json) => Json): unknown {
  if (Array.isArray(value)) return value.map((item) => mapObjects(item, change));
  if (!isObject(value)) return value;
  return change(
    Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapObjects(item, change)])),
  );
}
