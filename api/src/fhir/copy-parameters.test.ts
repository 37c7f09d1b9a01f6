import { patientResourceIdOf, resourceIdOf } from '@careledger/fhir';
import { expect, test } from '@jest/globals';
import type { KeptResource } from '../copies/copy-store.js';
import { askedOfCopy, type CopyParameters } from './copy-parameters.js';
import { patientOf } from './whose.js';

const BASE = 'https://hospital.example/fhir';
const PATIENT = `pat_${'a'.repeat(32)}`;
const REFERENCE = `Patient/${patientResourceIdOf(PATIENT)}`;
const RECORD = `rec_${'b'.repeat(32)}`;
const ENTRY = 'AAAAAAAAAAA';
const ID = resourceIdOf({ patientId: PATIENT, recordId: RECORD, entry: ENTRY });
const asked = (query: object, resourceType = 'Observation') =>
  askedOfCopy(resourceType, { _count: 50, ...query } as CopyParameters, { patientId: PATIENT, base: BASE });
const termsOf = (query: object, resourceType?: string) =>
  asked({ patient: REFERENCE, ...query }, resourceType).wanted.terms;

test.each([
  [{ patient: REFERENCE }],
  [{ patient: `${BASE}/${REFERENCE}` }],
  [{ subject: PATIENT }],
  [{ 'subject:Patient': REFERENCE.slice('Patient/'.length) }],
  [{ 'patient.identifier': `urn:careledger:patient|${PATIENT}` }],
  [{ 'subject.identifier': PATIENT }],
  [{ 'subject:Patient.identifier': PATIENT }],
  [{ 'patient._id': REFERENCE.slice('Patient/'.length) }],
  [{ 'subject:Patient._id': PATIENT }],
  [{ 'patient.identifier': 'urn:oid:1.2.3|4711' }],
  [{ 'subject:Patient.identifier': 'urn:oid:1.2.3|4711' }],
])('%j names one patient', (query) => {
  const holderOf = ({ system, value }: { system: string | undefined; value: string }) =>
    system === 'urn:oid:1.2.3' && value === '4711' ? PATIENT : undefined;
  expect(patientOf('Observation', query, { base: BASE, holderOf })).toBe(PATIENT);
});

test('what copies have as keyed hashes is what they are searched for', () => {
  expect(termsOf({ code: 'a|b,c', category: 'd', status: 'final' })).toEqual([
    { by: 'code', anyOf: ['a|b', 'c'] },
    { by: 'category', anyOf: ['d'] },
    { by: 'status', anyOf: ['final'] },
  ]);
  expect(termsOf({ type: 'x' }, 'Device')).toEqual([{ by: 'code', anyOf: ['x'] }]);
  expect(termsOf({ _id: ID })).toEqual([{ by: 'entry', anyOf: [`${RECORD}/${ENTRY}`] }]);
  for (const performer of [ID, `Practitioner/${ID}`, `${BASE}/Organization/${ID}`])
    expect(termsOf({ performer })).toEqual([{ by: 'reference', anyOf: [`performer ${RECORD}/${ENTRY}`] }]);
});

test('an id of another patient’s, of a whole record or of nothing finds nothing, and leaves nothing out of the rest', () => {
  const theirs = resourceIdOf({ patientId: `pat_${'c'.repeat(32)}`, recordId: RECORD, entry: ENTRY });
  const whole = resourceIdOf({ patientId: PATIENT, recordId: RECORD, entry: undefined });
  expect(termsOf({ _id: `${theirs},${whole},mine` })).toEqual([{ by: 'entry', anyOf: [] }]);
  expect(termsOf({ _id: `mine,${ID}` })).toEqual([{ by: 'entry', anyOf: [`${RECORD}/${ENTRY}`] }]);
  expect(termsOf({ device: `Device/${theirs}` })).toEqual([{ by: 'reference', anyOf: [] }]);
});

test('_lastUpdated is when the ledger had it', () => {
  const isMeant = (storedAt: string, ...updated: string[]) =>
    asked({ patient: REFERENCE, _lastUpdated: updated }).wanted.isMeant?.({ storedAt } as KeptResource);
  const at = '2026-05-05T09:00:00.000Z';
  expect([
    isMeant(at, '2026-05-05'),
    isMeant(at, 'gt2026-05-05'),
    isMeant(at, 'ge2026-05', 'lt2026-06'),
  ]).toEqual([...[true, false, true]]);
  expect([isMeant(at, 'ge2026-05-05T09:00:00Z'), isMeant(at, 'lt2026-05-05T09:00:00Z')]).toEqual([
    true,
    false,
  ]);
});

test('what is shown beside is of the types of its own and of others, the patient without looking for one', () => {
  const { included, wanted } = asked({
    ...{ patient: REFERENCE, _include: ['Observation:subject', 'Observation:device'] },
    _revinclude: 'Provenance:target',
  });
  const linked = {
    includes: new Set(['device']),
    reverse: [{ resourceType: 'Provenance', parameter: 'target' }],
  };
  expect([included, wanted.linked]).toEqual([{ linked, hasPatient: true }, linked]);
  const alone = asked({ patient: REFERENCE, _include: 'Observation:patient' });
  expect([alone.included, alone.wanted.linked]).toEqual([{ linked: undefined, hasPatient: true }, undefined]);
});

test('value-quantity is what a resource says itself, together with when the ledger had it', () => {
  const storedAt = '2026-05-05T09:00:00.000Z';
  const json = '{"valueQuantity":{"value":5.40,"system":"http://unitsofmeasure.org","code":"mmol/L"}}';
  const isMeant = (query: object) =>
    asked({ patient: REFERENCE, ...query }).wanted.isMeant?.({ json, storedAt } as KeptResource);
  const value = 'ge5.4|http://unitsofmeasure.org|mmol/L';
  expect(isMeant({ 'value-quantity': value })).toBe(true);
  expect(isMeant({ 'value-quantity': [value, 'lt5.4'] })).toBe(false);
  expect(isMeant({ 'value-quantity': value, _lastUpdated: 'lt2026-05-05' })).toBe(false);
  expect(isMeant({ 'value-quantity': 'gt6', _lastUpdated: '2026-05-05' })).toBe(false);
  // No keyed hash has it: the index says nothing of values.
  expect(termsOf({ 'value-quantity': value })).toEqual([]);
});
