import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clinicalBundle } from '../clinical.js';
import { FhirError } from '../errors.js';
import { isObject } from '../json.js';
import { HOSPITAL, authority, byLab, otherSubject } from '../../testing/parts.js';
import { clinical } from '../../testing/samples.js';
import { readRecordContent } from './record-content.js';

const bundle = clinicalBundle(clinical);
const content = JSON.stringify(bundle);

const codeOf = (text: string): string => {
  try {
    readRecordContent(text, byLab);
    return 'accepted';
  } catch (error) {
    if (error instanceof FhirError) return error.code;
    throw error;
  }
};

/** Every object of a JSON value. */
const objectsIn = (value: unknown): Record<string, unknown>[] => {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  return isObject(value) ? [value, ...Object.values(value).flatMap(objectsIn)] : [];
};
const OBJECTS = objectsIn(bundle).length;
const anyIndex = fc.nat({ max: OBJECTS - 1 });
const element = fc.constantFrom('focus', 'subject', 'member', 'link', 'extension', 'x');

/** The bundle with a member put into one of its objects. */
function withMember(index: number, name: string, value: unknown): string {
  const copy = JSON.parse(content) as unknown;
  const object = objectsIn(copy)[index];
  if (object !== undefined) object[name] = value;
  return JSON.stringify(copy);
}

test('another patient is found wherever in the record', () => {
  fc.assert(
    fc.property(anyIndex, element, fc.boolean(), (index, name, isList) => {
      const text = withMember(index, name, isList ? [otherSubject] : otherSubject);
      expect(['SUBJECT_MISMATCH', 'PATIENT_IDENTIFIED']).toContain(codeOf(text));
    }),
    { numRuns: 300 },
  );
});

test('another authority is found wherever in the record', () => {
  fc.assert(
    fc.property(anyIndex, element, (index, name) => {
      expect(codeOf(withMember(index, name, authority(HOSPITAL)))).not.toBe('accepted');
    }),
    { numRuns: 300 },
  );
});

test('a member twice is found wherever in the record', () => {
  fc.assert(
    fc.property(anyIndex, (index) => {
      const marked = withMember(index, 'marker', 'x');
      expect(codeOf(marked.replace('"marker":"x"', '"marker":"x","marker":"y"'))).toBe('JSON_DUPLICATE_KEY');
    }),
  );
});

test('whatever bytes come, they are taken or refused with a code', () => {
  const bytes = fc
    .oneof(fc.string(), fc.json())
    .chain((text) => fc.constantFrom(text, content.slice(text.length)));
  fc.assert(
    fc.property(bytes, (text) => {
      const code = codeOf(text);
      expect(code === 'accepted').toBe(text === content);
    }),
  );
});
