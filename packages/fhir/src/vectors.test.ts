import { fromBase64url } from '@careledger/crypto';
import { loadVectors } from '@careledger/spec';
import { expect, test } from '@jest/globals';
import { readRecordContent } from './content/record-content.js';
import type { ContentVector } from '../testing/vectors.js';

const valid = loadVectors<ContentVector>('valid', 'fhir');
const invalid = loadVectors<ContentVector>('invalid', 'fhir');

const read = ({ content, bytes, about }: ContentVector) =>
  readRecordContent(content ?? fromBase64url(bytes ?? ''), about);

test.each(valid)('takes $name: $description', (vector) => {
  expect(read(vector)).toEqual(JSON.parse(vector.content ?? ''));
});

test.each(invalid)('refuses $name: $description', (vector) => {
  expect(() => read(vector)).toThrow(expect.objectContaining({ name: 'FhirError', code: vector.code }));
});
