import { loadVectors } from '@careledger/spec';
import { expect, test } from '@jest/globals';
import type { ResourceIdVector } from '../../testing/vectors.js';
import {
  entryHashOf,
  entryNameOf,
  readStatementId,
  readResourceId,
  resourceIdOf,
  statementIdOf,
} from './resource-id.js';

const valid = loadVectors<ResourceIdVector>('valid', 'fhir-ids');
const invalid = loadVectors<ResourceIdVector>('invalid', 'fhir-ids');

const ofRecords = valid.filter(({ requestSid }) => requestSid === undefined);
const ofStatements = valid.filter(({ requestSid }) => requestSid !== undefined);

test.each(ofStatements)('$name: $description', ({ id, patientId = '', requestSid = '' }) => {
  expect(statementIdOf({ patientId, sid: requestSid })).toBe(id);
  expect(readStatementId(id)).toEqual({ patientId, sid: requestSid });
  expect(readResourceId(id)).toBeUndefined();
});

test.each(ofRecords)('$name: $description', ({ id, patientId = '', recordId = '', entry, index = 0 }) => {
  const ref = {
    patientId,
    recordId,
    entry: entry && entryHashOf(entryNameOf(entry, index)),
  };
  expect(resourceIdOf(ref)).toBe(id);
  expect(readResourceId(id)).toEqual(ref);
  expect(readStatementId(id)).toBeUndefined();
  expect(id).toMatch(/^[A-Za-z0-9\-.]{1,64}$/);
});

test.each(invalid)('$name is no id of a resource: $description', ({ id }) => {
  expect([readResourceId(id), readStatementId(id)]).toEqual([undefined, undefined]);
});
