/** What a reviver is told besides, in Node 22 and later (https://github.com/tc39/proposal-json-parse-with-source). */
type ReviverWithSource = (name: string, value: unknown, context: { readonly source?: string }) => unknown;
interface JsonWithSource {
  parse(text: string, reviver: ReviverWithSource): unknown;
  rawJSON(text: string): object;
}
const json = JSON as unknown as JsonWithSource;

/**
 * JSON text as a value that `JSON.stringify` writes with every number as it was written: 5.40 is measured to the hundredth,
 * and eighteen digits are more than a number of JavaScript has. A number that would be written otherwise is an object of
 * `JSON.rawJSON`: it is there to be written, and to be told from another, not to be counted with.
 * @param text that was read strictly before: it is JSON, and names no member twice
 */
export const exactJson = (text: string): unknown =>
  json.parse(text, (_name, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source
      ? json.rawJSON(source)
      : value,
  );
