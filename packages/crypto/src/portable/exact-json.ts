import { MAX_JSON_DEPTH } from './json.js';
import { readJson } from './json-reader.js';

/** Of Node 22 and later (https://github.com/tc39/proposal-json-parse-with-source). */
interface JsonWithSource {
  rawJSON(text: string): object;
}
const json = JSON as unknown as JsonWithSource;

/**
 * JSON text as a value that `JSON.stringify` writes with every number as it was written: 5.40 is measured to the hundredth,
 * and eighteen digits are more than a number of JavaScript has. A number that would be written otherwise is an object of
 * `JSON.rawJSON`: it is there to be written, and to be told from another, not to be counted with. Read by the reader that
 * takes every name for itself: what is checked and what is sealed are one value.
 * @param text that was read strictly before: it is JSON, and names no member twice
 */
export const exactJson = (text: string): unknown => readJson(text, MAX_JSON_DEPTH, exactScalar);

function exactScalar(source: string): unknown {
  const value: unknown = JSON.parse(source);
  return typeof value === 'number' && String(value) !== source ? json.rawJSON(source) : value;
}
