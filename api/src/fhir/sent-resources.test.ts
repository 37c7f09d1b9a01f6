import { exactJson } from '@careledger/crypto';
import { expect, test } from '@jest/globals';
import type { Json } from '../resources/json.js';
import { contentOf, fullUrlOf, keptResource, patientOf, touchedKinds } from './sent-resources.js';

const BASE = 'https://hospital.example/fhir';
const PATIENT = `pat_${'a'.repeat(32)}`;
const kept = (json: string) => keptResource(exactJson(json) as Json, BASE);
const request = { tokenSha256: 't', route: 'POST /fhir/Observation', key: 'k', requestSha256: 'r' };

test('what is sent is kept to the letter of its numbers, without what a server says of it', () => {
  const json =
    '{"resourceType":"Observation","id":"1","meta":{"versionId":"7","lastUpdated":"2026-01-01T00:00:00Z"},' +
    '"valueQuantity":{"value":5.40},"component":[{"valueDecimal":123456789012345678}]}';
  expect(contentOf([{ fullUrl: 'urn:uuid:1', resource: kept(json) }]).text).toBe(
    '{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:1","resource":' +
      '{"resourceType":"Observation","valueQuantity":{"value":5.40},"component":[{"valueDecimal":123456789012345678}]}}]}',
  );
});

test('ids of contained resources, and what an author says in meta, stay', () => {
  expect(
    kept(
      '{"resourceType":"Observation","id":"1","meta":{"versionId":"7","tag":[{"code":"x"}]},"contained":[{"resourceType":"Device","id":"d"}]}',
    ),
  ).toEqual({
    resourceType: 'Observation',
    contained: [{ resourceType: 'Device', id: 'd' }],
    meta: { tag: [{ code: 'x' }] },
  });
});

test.each([`Patient/pat-${'a'.repeat(32)}`, `${BASE}/Patient/pat-${'a'.repeat(32)}`])(
  'a patient of this server is kept by pseudonym: %s',
  (reference) => {
    const resource = kept(JSON.stringify({ resourceType: 'Observation', subject: { reference } }));
    expect(resource['subject']).toEqual({
      type: 'Patient',
      identifier: { system: 'urn:careledger:patient', value: PATIENT },
    });
    expect(patientOf([resource])).toBe(PATIENT);
  },
);

test('whom nobody names is nobody', () => {
  const nobody = { resourceType: 'Observation', subject: { reference: 'Patient/1' } };
  expect(() => patientOf([nobody])).toThrow(expect.objectContaining({ code: 'FHIR_INVALID' }));
});

test('an entry is named by its request: the same again is the same, another is another', () => {
  expect(fullUrlOf(request, 0)).toBe(fullUrlOf({ ...request }, 0));
  const others = [
    fullUrlOf(request, 1),
    fullUrlOf({ ...request, requestSha256: 'other' }, 0),
    fullUrlOf({ ...request, key: 'other' }, 0),
    fullUrlOf({ ...request, tokenSha256: 'other' }, 0),
  ];
  expect(new Set([fullUrlOf(request, 0), ...others]).size).toBe(5);
});

test('a token has to be for what only supports the rest, too', () => {
  const { bundle } = contentOf([
    { fullUrl: 'urn:uuid:1', resource: { resourceType: 'Observation' } },
    { fullUrl: 'urn:uuid:2', resource: { resourceType: 'Device' } },
  ]);
  expect(touchedKinds(bundle).map(({ resourceType }) => resourceType)).toEqual(['Observation', 'Device']);
});
