import { MAX_JSON_DEPTH } from '@careledger/crypto';
import { describe, expect, test } from '@jest/globals';
import { clinicalBundle } from './clinical.js';
import { FhirError, type FhirErrorCode } from './errors.js';
import { MAX_RESOURCE_CHARS, parseFhirJson } from './json.js';
import { R4_RESOURCE_TYPES } from './r4.js';
import { uuidOf } from './uuid.js';
import { checkBundle, checkOwnBundle, checkResource } from './validate.js';

const codeOf = (act: () => unknown): FhirErrorCode | 'accepted' => {
  try {
    act();
  } catch (error) {
    if (error instanceof FhirError) return error.code;
    throw error;
  }
  return 'accepted';
};

const parseResource = (text: string) => checkResource(parseFhirJson(text));

const observation = {
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '4548-4' }] },
  valueQuantity: { value: 6.1, unit: '%' },
};
let nested: unknown = 'x';
for (let i = 0; i <= MAX_JSON_DEPTH; i++) nested = { extension: [nested] };

describe('from an authority', () => {
  test.each([
    ['an Observation', observation],
    [
      'a value that is absent',
      { ...observation, valueQuantity: undefined, dataAbsentReason: { text: 'haemolysed' } },
    ],
    ['a primitive extension', { ...observation, _status: { id: 'a' }, note: [{ text: 'x' }] }],
    ['a place-holding null', { resourceType: 'Patient', name: [{ given: ['A', null] }] }],
    [
      'a Bundle with an Observation',
      { resourceType: 'Bundle', type: 'document', entry: [{ resource: observation }] },
    ],
    ['an empty Bundle', { resourceType: 'Bundle', type: 'searchset' }],
    ['another kind of resource', { resourceType: 'VisionPrescription' }],
  ])('%s is taken', (_name, value) => {
    const json: unknown = JSON.parse(JSON.stringify(value));
    expect(checkResource(json)).toEqual(json);
  });

  test.each<[string, unknown, FhirErrorCode]>([
    ['an array', [observation], 'NOT_A_FHIR_RESOURCE'],
    ['null', null, 'NOT_A_FHIR_RESOURCE'],
    ['text', 'Observation', 'NOT_A_FHIR_RESOURCE'],
    ['no resourceType', { status: 'final' }, 'NOT_A_FHIR_RESOURCE'],
    ['a type of R5', { resourceType: 'BiologicallyDerivedProductDispense' }, 'NOT_A_FHIR_RESOURCE'],
    ['a type named like a property of objects', { resourceType: 'constructor' }, 'NOT_A_FHIR_RESOURCE'],
    ['no status', { ...observation, status: undefined }, 'INVALID_FHIR'],
    ['a status that Observation does not have', { ...observation, status: 'done' }, 'INVALID_FHIR'],
    ['no code', { ...observation, code: undefined }, 'INVALID_FHIR'],
    ['a code that is text', { ...observation, code: '4548-4' }, 'INVALID_FHIR'],
    ['two values', { ...observation, valueString: '6.1' }, 'INVALID_FHIR'],
    [
      'a value and a reason for its absence',
      { ...observation, dataAbsentReason: { text: 'x' } },
      'INVALID_FHIR',
    ],
    ['a number as text', { ...observation, valueQuantity: { value: '6.1' } }, 'INVALID_FHIR'],
    ['an id with a slash', { ...observation, id: '../../etc' }, 'INVALID_FHIR'],
    ['null for an element', { ...observation, note: null }, 'INVALID_FHIR'],
    ['an empty array', { ...observation, note: [] }, 'INVALID_FHIR'],
    ['an array within an array', { ...observation, note: [[{ text: 'x' }]] }, 'INVALID_FHIR'],
    ['an empty object', { ...observation, code: {} }, 'INVALID_FHIR'],
    ['an empty string', { ...observation, note: [{ text: ' ' }] }, 'INVALID_FHIR'],
    ['half a character', { ...observation, note: [{ text: '\ud800' }] }, 'INVALID_FHIR'],
    ['an element named like no element', { ...observation, 'a b': 1 }, 'INVALID_FHIR'],
    ['nesting without end', { ...observation, extension: [nested] }, 'INVALID_FHIR'],
    ['a Bundle without type', { resourceType: 'Bundle' }, 'INVALID_FHIR'],
    ['a Bundle of a type that is none', { resourceType: 'Bundle', type: 'list' }, 'INVALID_FHIR'],
    ['entries that are no array', { resourceType: 'Bundle', type: 'collection', entry: {} }, 'INVALID_FHIR'],
    [
      'an entry without resource',
      { resourceType: 'Bundle', type: 'collection', entry: [{ fullUrl: 'urn:uuid:x' }] },
      'INVALID_FHIR',
    ],
    [
      'an entry that is no resource',
      { resourceType: 'Bundle', type: 'batch', entry: [{ resource: { a: 1 } }] },
      'NOT_A_FHIR_RESOURCE',
    ],
    [
      'a contained thing that is no resource',
      { ...observation, contained: [{ a: 1 }] },
      'NOT_A_FHIR_RESOURCE',
    ],
  ])('%s is refused', (_name, value, code) => {
    const json: unknown = JSON.parse(JSON.stringify(value));
    expect(codeOf(() => checkResource(json))).toBe(code);
  });

  test('text is refused when it is no JSON or too large', () => {
    expect(codeOf(() => parseResource('{'))).toBe('NOT_JSON');
    expect(codeOf(() => parseResource(' '.repeat(MAX_RESOURCE_CHARS + 1)))).toBe('TOO_LARGE');
    expect(codeOf(() => parseResource('{"resourceType":"Observation","status":1e999}'))).toBe('INVALID_FHIR');
    expect(parseResource(JSON.stringify(observation))).toEqual(observation);
  });

  test('text that names a member twice is refused: another reader would see the other value', () => {
    const twice = JSON.stringify(observation).replace('"value":6.1', '"value":6.1,"value":61');
    expect(codeOf(() => parseResource(twice))).toBe('JSON_DUPLICATE_KEY');
    expect(codeOf(() => checkOwnBundle(parseFhirJson(twice)))).toBe('JSON_DUPLICATE_KEY');
  });

  test('a bundle is asked for and something else comes', () => {
    expect(codeOf(() => checkBundle(observation))).toBe('NOT_A_BUNDLE');
  });

  test('the error says where', () => {
    const bundle = {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [{ resource: { ...observation, status: 'x' } }],
    };
    expect(() => checkResource(bundle)).toThrow('entry[0].resource.status: not a status of Observation');
  });
});

test('R4 has 146 concrete resource types', () => {
  expect(R4_RESOURCE_TYPES.size).toBe(146);
});

describe('a bundle that claims to be ours', () => {
  const bundle = clinicalBundle({
    patientId: `pat_${'a'.repeat(32)}`,
    author: { authorityId: 'aut_lab' },
    documentId: 'AAAAAAAAAAAAAAAAAAAAAA',
    recordedAtMs: 0,
    items: [{ kind: 'note', title: 'a', text: 'b', writtenMs: 0 }],
  });
  const altered = (
    change: (copy: Record<string, unknown> & { entry: Record<string, unknown>[] }) => void,
  ): unknown => {
    const copy = structuredClone(bundle) as unknown as Record<string, unknown> & {
      entry: Record<string, unknown>[];
    };
    change(copy);
    return copy;
  };

  test.each<[string, unknown]>([
    ['an element more', altered((copy) => (copy.total = 1))],
    [
      'a Patient with a name',
      altered((copy) =>
        copy.entry.push({
          fullUrl: `urn:uuid:${uuidOf('x')}`,
          resource: { resourceType: 'Patient', id: uuidOf('x'), name: [{ family: 'Doe' }] },
        }),
      ),
    ],
    ['a transaction', altered((copy) => (copy.type = 'transaction'))],
    [
      'an entry whose url is not its id',
      altered((copy) => ((copy.entry[0] ?? {}).fullUrl = `urn:uuid:${uuidOf('x')}`)),
    ],
    ['a reference to nothing', altered((copy) => copy.entry.shift())],
    ['a resource twice', altered((copy) => copy.entry.push(...copy.entry.slice(0, 1)))],
    ['no entries', altered((copy) => (copy.entry = []))],
    ['no object', 'Bundle'],
  ])('is refused with %s', (_name, value) => {
    expect(codeOf(() => checkOwnBundle(value))).toBe('PROFILE_VIOLATION');
  });
});

describe('uuidOf', () => {
  test('is a UUID of version 5 and variant 1, the same for the same name', () => {
    expect(uuidOf('a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuidOf('a')).toBe(uuidOf('a'));
    expect(uuidOf('a')).not.toBe(uuidOf('b'));
  });
});
