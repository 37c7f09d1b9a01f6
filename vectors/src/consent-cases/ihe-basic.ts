import type { ConsentCase } from '@careledger/consent/testing';
import { BLOOD_PRESSURE, BLOOD_SUGAR, ihe } from './ihe.js';
import { COMMUNITY, LAB, TPO, asked, denied, forbid, forbidden, permitted, toEach } from './parts.js';

const FROM = '2022-06-13T00:00:00.000Z';
const AT = '2022-10-01T09:00:00.000Z';
const records = [BLOOD_SUGAR, BLOOD_PRESSURE];
const read = { permissions: ['read'], from: FROM } as const;
const readers = { 'blood-sugar': COMMUNITY, 'blood-pressure': COMMUNITY };
const nobody = { 'blood-sugar': [], 'blood-pressure': [] };

/** Agreement with a policy, or none. */
export const iheBasic: readonly ConsentCase[] = [
  ihe(1, 'ex-consent-basic-treat', {
    description: 'Anybody in the community may use the data for treatment, payment and operations',
    rules: toEach('base', COMMUNITY, { ...read, purposes: TPO }),
    records,
    moments: [
      asked(AT, readers, [
        permitted('base-hospital', 'blood-sugar'),
        permitted('base-lab', 'blood-pressure', { requester: LAB, purpose: 'HPAYMT' }),
        denied('PURPOSE_NOT_GRANTED', 'blood-sugar', { purpose: 'HRESCH' }),
      ]),
    ],
  }),
  ihe(2, 'ex-consent-basic-treat-infant', {
    description: 'As the first case; a mother agrees in her infant’s place',
    mapping:
      'The infant’s key appoints the mother as guardian, for a year at the most. She signs with a key of her own, and what she grants ends no later.',
    rules: toEach('mother', COMMUNITY, {
      ...{ ...read, purposes: TPO, until: '2023-01-01T00:00:00.000Z', madeBy: 'guardian' },
    }),
    records,
    moments: [
      asked(AT, readers, [
        permitted('mother-hospital', 'blood-sugar'),
        permitted('mother-lab', 'blood-pressure', { requester: LAB, purpose: 'HPAYMT' }),
        denied('PURPOSE_NOT_GRANTED', 'blood-sugar', { purpose: 'HRESCH' }),
      ]),
    ],
  }),
  ihe(3, 'ex-consent-basic-ink', {
    description: 'As the first case, agreed to on paper, of which a picture is kept',
    mapping: 'A signed statement takes the place of the signature in ink; no decision rests on the picture.',
    rules: toEach('base', COMMUNITY, { ...read, purposes: TPO }),
    records,
    moments: [
      asked(AT, readers, [
        permitted('base-hospital', 'blood-pressure', { purpose: 'HOPERAT' }),
        permitted('base-lab', 'blood-sugar', { requester: LAB }),
        denied('PURPOSE_NOT_GRANTED', 'blood-sugar', { requester: LAB, purpose: 'HRESCH' }),
      ]),
    ],
  }),
  ihe(4, 'ex-consent-expired-treat', {
    description: 'As the first case, until the last day of 2022',
    mapping: 'A last day that is included ends with the midnight after it.',
    rules: toEach('base', COMMUNITY, { ...read, purposes: TPO, until: '2023-01-01T00:00:00.000Z' }),
    records,
    moments: [
      asked(AT, readers, [
        permitted('base-hospital', 'blood-sugar'),
        permitted('base-lab', 'blood-sugar', { requester: LAB, purpose: 'HOPERAT' }),
      ]),
      asked('2023-01-01T00:00:00.000Z', nobody, [
        denied('GRANT_EXPIRED', 'blood-sugar'),
        denied('GRANT_EXPIRED', 'blood-pressure', { requester: LAB, purpose: 'HPAYMT' }),
      ]),
    ],
  }),
  ihe(5, 'ex-consent-basic-reject', {
    description: 'The patient rejects the policy of treatment, payment and operations',
    rules: [forbid('reject', { ...read, purposes: TPO })],
    records,
    moments: [
      asked(AT, nobody, [
        forbidden('reject', 'blood-sugar'),
        forbidden('reject', 'blood-pressure', { requester: LAB, purpose: 'HPAYMT' }),
        denied('NO_GRANT', 'blood-sugar', { purpose: 'HRESCH' }),
      ]),
    ],
  }),
  ihe(6, 'ex-consent-basic-research', {
    description: 'Anybody in the community may use the data for research, whichever',
    rules: toEach('research', COMMUNITY, {
      ...read,
      purposes: ['HRESCH'],
      from: '2023-06-24T00:00:00.000Z',
    }),
    records,
    moments: [
      asked('2023-10-01T09:00:00.000Z', readers, [
        permitted('research-hospital', 'blood-sugar', { purpose: 'HRESCH' }),
        permitted('research-lab', 'blood-pressure', { requester: LAB, purpose: 'HRESCH' }),
        denied('PURPOSE_NOT_GRANTED', 'blood-sugar'),
      ]),
    ],
  }),
];
