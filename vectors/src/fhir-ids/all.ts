import { toBase64url } from '@careledger/crypto';
import { entryHashOf, entryNameOf, resourceIdOf, statementIdOf, type NamedEntry } from '@careledger/fhir';
import type { ResourceIdVector } from '@careledger/fhir/testing';
import type { Vector, VectorKind } from '@careledger/spec';

const PATIENT = 'pat_k3v7q2mzr5xw4tnb6yhs2djf7uglc3ea';
const RECORD = 'rec_b6yhs2djf7uglc3eak3v7q2mzr5xw4tn';
const REQUEST = 'AAECAwQFBgcICQoLDA0ODw';
const FULL_URL = 'urn:uuid:6f9c2a4e-3b1d-5c7e-8f90-1a2b3c4d5e6f';

/** Everything in `spec/vectors/KIND/fhir-ids`. */
export const fhirIdVectors = (kind: VectorKind): Vector<ResourceIdVector>[] =>
  kind === 'valid' ? validIds() : invalidIds();

function validIds(): Vector<ResourceIdVector>[] {
  const observation = { resourceType: 'Observation', id: 'glucose-1' };
  return [
    of('record', 'The record as a whole, a Bundle'),
    of('entry-by-full-url', 'An entry is named by its fullUrl', { fullUrl: FULL_URL, resource: observation }),
    of('entry-by-type-and-id', 'Without a fullUrl by type and id', { resource: observation }),
    {
      name: 'audit-event',
      description: 'The AuditEvent of an attempt, by patient and request',
      ...{ patientId: PATIENT, requestSid: REQUEST },
      id: statementIdOf({ patientId: PATIENT, sid: REQUEST }),
    },
    of('entry-by-place', 'Without both by its place', { resource: { resourceType: 'Observation' } }, 3),
  ];
}

function of(name: string, description: string, entry?: NamedEntry, index = 0): Vector<ResourceIdVector> {
  const id = idOf(entry, index);
  const whole = { name, description, patientId: PATIENT, recordId: RECORD };
  return entry === undefined ? { ...whole, id } : { ...whole, entry, index, id };
}

const idOf = (entry?: NamedEntry, index = 0): string =>
  resourceIdOf({
    patientId: PATIENT,
    recordId: RECORD,
    entry: entry && entryHashOf(entryNameOf(entry, index)),
  });

function invalidIds(): Vector<ResourceIdVector>[] {
  const whole = idOf();
  const ofEntry = idOf({ fullUrl: FULL_URL });
  const bytes = (count: number): string => toBase64url(new Uint8Array(count)).replaceAll('_', '.');
  const last = whole.at(-1) === 'B' ? 'C' : 'B';
  return [
    { name: 'other-alphabet', description: '_ in the place of .', id: ofEntry.replace(/[.A-Za-z]/, '_') },
    { name: 'second-spelling', description: 'Bits after the last byte', id: `${whole.slice(0, -1)}${last}` },
    { name: 'too-short', description: 'No record', id: bytes(20) },
    { name: 'part-of-an-entry', description: 'Half of the name of an entry', id: bytes(44) },
    { name: 'too-long', description: 'Something after the entry', id: bytes(49) },
    { name: 'padded', description: 'Padding', id: `${whole}==` },
    { name: 'empty', description: 'Nothing', id: '' },
  ];
}
