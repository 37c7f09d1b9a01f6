import { describe, expect, test } from '@jest/globals';
import { clinicalBundle } from '../clinical.js';
import { emergencyBundle } from '../emergency.js';
import { FhirError } from '../errors.js';
import { periodicBundle } from '../periodic.js';
import { HOSPITAL, LAB, OTHER_PATIENT, byGateway, byLab } from '../../testing/parts.js';
import { PATIENT, clinical, emergency, periodic, vitals } from '../../testing/samples.js';
import type { RecordAbout } from './about.js';
import { checkRecordContent, readRecordContent } from './record-content.js';

const codeOf = (content: string, about: RecordAbout): string => {
  try {
    readRecordContent(content, about);
  } catch (error) {
    if (error instanceof FhirError) return error.code;
    throw error;
  }
  return 'accepted';
};

const KINDS = ['periodic', 'emergency', 'clinical'] as const;

describe.each([
  ['a window', periodicBundle(periodic), byGateway('periodic')],
  ['an emergency', emergencyBundle(emergency), byGateway('emergency')],
  ['an emergency by NEWS2', emergencyBundle(vitals), byGateway('emergency')],
  ['a clinical record', clinicalBundle(clinical), byLab],
])('%s that this system made', (_name, bundle, about) => {
  const content = JSON.stringify(bundle);

  test('is taken as bytes, as text and parsed, and comes back as it was', () => {
    expect(readRecordContent(content, about)).toEqual(bundle);
    expect(readRecordContent(Buffer.from(content), about)).toEqual(bundle);
    expect(checkRecordContent(JSON.parse(content), about)).toEqual(bundle);
  });

  test('is refused for another patient, of another kind, or by another author', () => {
    const author = about.author === PATIENT ? OTHER_PATIENT : about.author;
    expect(codeOf(content, { ...about, author, patientId: OTHER_PATIENT })).toBe('SUBJECT_MISMATCH');
    for (const kind of KINDS.filter((other) => other !== about.kind)) {
      expect(codeOf(content, { ...about, kind })).toBe('KIND_MISMATCH');
    }
    expect(codeOf(content, { ...about, author: OTHER_PATIENT })).toBe('AUTHOR_MISMATCH');
    const foreign = { ...about, author: HOSPITAL, kind: 'clinical' as const };
    expect(['AUTHOR_MISMATCH', 'KIND_MISMATCH']).toContain(codeOf(content, foreign));
  });
});

/** As integrators sent them. */
const MEMBER_TWICE =
  '{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"2339-0"}]},"valueQuantity":{"value":5.4,"value":54}}}]}';
const ANOTHER_PATIENT =
  '{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"2339-0"}]},"subject":{"type":"Patient","identifier":{"system":"urn:careledger:patient","value":"pat_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}},"valueQuantity":{"value":44,"unit":"mg/dL"}}}]}';

test('a value that is there twice is not stored as the last of the two', () => {
  expect(codeOf(MEMBER_TWICE, byLab)).toBe('JSON_DUPLICATE_KEY');
});

test('a result of another patient is not stored among the results of this one', () => {
  expect(codeOf(ANOTHER_PATIENT, { ...byLab, patientId: OTHER_PATIENT })).toBe('SUBJECT_MISMATCH');
  expect(codeOf(ANOTHER_PATIENT, { ...byLab, patientId: PATIENT })).toBe('accepted');
});

test('the error says where', () => {
  expect(() => readRecordContent(ANOTHER_PATIENT, { ...byLab, patientId: OTHER_PATIENT })).toThrow(
    'entry[0].resource.subject.identifier: names another patient',
  );
});

test('organisations that are part of one another in a circle are followed once', () => {
  const part = (id: string, partOf: string) => ({
    fullUrl: `urn:uuid:${id}`,
    resource: { resourceType: 'Organization', name: id, partOf: { reference: `urn:uuid:${partOf}` } },
  });
  const { entry } = JSON.parse(ANOTHER_PATIENT) as { entry: [{ resource: object }] };
  const resource = { ...entry[0].resource, performer: [{ reference: 'urn:uuid:a' }] };
  const bundle = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [{ resource }, part('a', 'b'), part('b', 'a')],
  };
  expect(codeOf(JSON.stringify(bundle), { ...byLab, author: LAB })).toBe('accepted');
});
