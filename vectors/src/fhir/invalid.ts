import { byLab } from '@careledger/fhir/testing';
import type { ContentVector } from '@careledger/fhir/testing';
import type { Vector } from '@careledger/spec';
import { AUTHOR_CASES } from './invalid/author.js';
import { text } from './invalid/case.js';
import { BUNDLE_CASES, FORM_CASES, JSON_CASES } from './invalid/form.js';
import { KIND_CASES } from './invalid/kind.js';
import { PATIENT_CASES } from './invalid/patient.js';
import { SUBJECT_CASES } from './invalid/subject.js';

/** `"status":"final"` with a byte in it that begins no character. */
const NOT_UTF8 = Buffer.concat([
  Buffer.from('{"resourceType":"Bundle","type":"collection'),
  Buffer.from([0xff]),
  Buffer.from('"}'),
]);

export const invalidContent = (): Vector<ContentVector>[] => [
  {
    name: 'not-utf-8',
    description: 'A byte that begins no character',
    about: byLab,
    bytes: NOT_UTF8.toString('base64url'),
    code: 'NOT_JSON',
  },
  ...[
    ...JSON_CASES,
    ...FORM_CASES,
    ...BUNDLE_CASES,
    ...PATIENT_CASES,
    ...SUBJECT_CASES,
    ...AUTHOR_CASES,
    ...KIND_CASES,
  ].map(([name, code, description, bundle, about = byLab]): Vector<ContentVector> => ({
    name,
    description,
    about,
    content: typeof bundle === 'string' ? bundle : text(bundle),
    code,
  })),
];
