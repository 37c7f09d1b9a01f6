export { alteredBytes, alteredText } from './altered.js';
export { jsonObject, jsonValue } from './json-value.js';
