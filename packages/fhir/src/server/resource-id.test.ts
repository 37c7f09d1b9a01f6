import { loadVectors } from '@careledger/spec';
import { expect, test } from '@jest/globals';
import type { ResourceIdVector } from '../../testing/vectors.js';
import { entryHashOf, entryNameOf, readResourceId, resourceIdOf } from './resource-id.js';

const valid = loadVectors<ResourceIdVector>('valid', 'fhir-ids');
const invalid = loadVectors<ResourceIdVector>('invalid', 'fhir-ids');

test.each(valid)('$name: $description', ({ id, patientId = '', recordId = '', entry, index = 0 }) => {
  const ref = {
    patientId,
    recordId,
    entry: entry && entryHashOf(entryNameOf(entry, index)),
  };
  expect(resourceIdOf(ref)).toBe(id);
  expect(readResourceId(id)).toEqual(ref);
  expect(id).toMatch(/^[A-Za-z0-9\-.]{1,64}$/);
});

test.each(invalid)('$name is no id of a resource: $description', ({ id }) => {
  expect(readResourceId(id)).toBeUndefined();
});
