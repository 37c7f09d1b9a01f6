import type { ConsentCase } from '@careledger/consent/testing';
import { ALCOHOL_USE, BLOOD_SUGAR, YEAR_END, ihe } from './ihe.js';
import {
  COMMUNITY,
  EVERY_PURPOSE,
  HOSPITAL,
  LAB,
  TPO,
  asked,
  denied,
  forbid,
  forbidden,
  permitted,
  toEach,
} from './parts.js';

const FROM = '2022-06-13T00:00:00.000Z';
const AT = '2022-10-01T09:00:00.000Z';
const read = { permissions: ['read'], from: FROM } as const;
const records = [BLOOD_SUGAR, ALCOHOL_USE, YEAR_END];
/** The year, its last day included. */
const IN_2022 = { start: '2022-01-01T00:00:00Z', end: '2023-01-01T00:00:00Z' };
const TIME = 'What counts is of which time a record tells. The last day of 2022 is included.';

/** Some of the data, some purposes, and exceptions from a root. */
export const iheIntermediate: readonly ConsentCase[] = [
  ihe(7, 'ex-consent-intermediate-timeframe', {
    description: 'Treatment, payment and operations may use the data of 2022 alone',
    mapping: TIME,
    rules: toEach('of-2022', COMMUNITY, { ...read, purposes: TPO, period: IN_2022 }),
    records,
    moments: [
      asked(AT, { 'blood-sugar': [], 'alcohol-use': COMMUNITY, 'year-end': [] }, [
        permitted('of-2022-hospital', 'alcohol-use'),
        denied('SCOPE_NOT_GRANTED', 'blood-sugar'),
        denied('SCOPE_NOT_GRANTED', 'year-end', { requester: LAB }),
        denied('PURPOSE_NOT_GRANTED', 'alcohol-use', { requester: LAB, purpose: 'HRESCH' }),
      ]),
    ],
  }),
  ihe(8, 'ex-consent-intermediate-not-timeframe', {
    description: 'Treatment, payment and operations may use all data but that of 2022',
    mapping: `${TIME} A record that touches the year is denied.`,
    rules: [
      ...toEach('base', COMMUNITY, { ...read, purposes: TPO }),
      forbid('not-2022', { ...read, purposes: EVERY_PURPOSE, period: IN_2022 }),
    ],
    records,
    moments: [
      asked(AT, { 'blood-sugar': COMMUNITY, 'alcohol-use': [], 'year-end': [] }, [
        permitted('base-hospital', 'blood-sugar'),
        forbidden('not-2022', 'alcohol-use'),
        forbidden('not-2022', 'year-end', { requester: LAB, purpose: 'HPAYMT' }),
        denied('PURPOSE_NOT_GRANTED', 'blood-sugar', { purpose: 'HRESCH' }),
      ]),
    ],
  }),
  ihe(15, 'ex-consent-intermediate-purpose', {
    description: 'One research organisation may use the data for one project of its own, and nobody else',
    mapping:
      'Purposes of use are a closed list: the project is research, and a unit of the organisation, which is `aut_lab` here.',
    rules: [
      {
        ...{ name: 'project', authorityId: LAB, ...read, purposes: ['HRESCH'] },
        grantee: [{ unit: 'project-foobar' }],
      },
    ],
    records,
    moments: [
      asked(AT, { 'blood-sugar': [LAB], 'alcohol-use': [LAB], 'year-end': [LAB] }, [
        permitted('project', 'blood-sugar', {
          ...{ requester: LAB, purpose: 'HRESCH', grantee: [{ unit: 'project-foobar' }] },
        }),
        denied('GRANTEE_MISMATCH', 'blood-sugar', {
          ...{ requester: LAB, purpose: 'HRESCH', grantee: [{ unit: 'another-project' }] },
        }),
        denied('PURPOSE_NOT_GRANTED', 'alcohol-use', {
          requester: LAB,
          grantee: [{ unit: 'project-foobar' }],
        }),
        denied('NO_GRANT', 'blood-sugar', { purpose: 'HRESCH' }),
      ]),
    ],
  }),
  ihe(16, 'ex-dissent-intermediate-break-glass', {
    description: 'Nobody may use the data but those whom the organisation lets break the glass, when they do',
    mapping:
      'A denial outweighs any grant: the root denies every purpose but the exception’s. Who may break the glass is a role, whose ' +
      'members the authority names.',
    rules: [
      forbid('root', { ...read, purposes: EVERY_PURPOSE.filter((purpose) => purpose !== 'BTG') }),
      {
        ...{ name: 'glass', authorityId: HOSPITAL, ...read, purposes: ['BTG'] },
        grantee: [{ role: 'may-break-glass' }],
      },
    ],
    records,
    moments: [
      asked(AT, { 'blood-sugar': [HOSPITAL], 'alcohol-use': [HOSPITAL], 'year-end': [HOSPITAL] }, [
        forbidden('root', 'blood-sugar'),
        forbidden('root', 'blood-sugar', { grantee: [{ role: 'may-break-glass' }], purpose: 'ETREAT' }),
        permitted('glass', 'alcohol-use', { grantee: [{ role: 'may-break-glass' }], purpose: 'BTG' }),
        denied('GRANTEE_MISMATCH', 'alcohol-use', { grantee: [{ role: 'physician' }], purpose: 'BTG' }),
        denied('NO_GRANT', 'alcohol-use', { requester: LAB, purpose: 'BTG' }),
      ]),
    ],
  }),
];
