import type { CaseRecord, ConsentCase } from '@careledger/consent/testing';
import { ABUSE_REPORT, ALCOHOL_USE, BLOOD_SUGAR, THERAPY_NOTES, YEAR_END, ihe } from './ihe.js';
import {
  COMMUNITY,
  EVERY_PURPOSE,
  HOSPITAL,
  LAB,
  PRACTITIONER,
  TPO,
  asked,
  denied,
  forbid,
  forbidden,
  labelled,
  permitted,
  recordOf,
  toEach,
} from './parts.js';

const FROM = '2022-06-13T00:00:00.000Z';
const AT = '2022-10-01T09:00:00.000Z';
const read = { permissions: ['read'], from: FROM } as const;
const [normal, restricted, mental, abuse] = ['N', 'R', 'PSY', 'SDV'].map(labelled);
const scopeOf = (...terms: (typeof normal)[]) => ({ scope: terms.filter((term) => term !== undefined) });
const base = toEach('base', COMMUNITY, { ...read, purposes: TPO, ...scopeOf(normal) });
const LABELS = 'A security label counts as a category.';
/** Nobody has labelled it. */
const WEIGHT: CaseRecord = recordOf(
  'weight',
  ['2016-03-28T00:00:00Z', '2016-03-28T00:00:01Z'],
  [{ resourceType: 'Observation', categories: ['vital-signs'] }],
);
/** The laboratory’s own, by its word normal. */
const LAB_REPORT: CaseRecord = recordOf(
  'lab-report',
  ['2022-09-01T07:00:00Z', '2022-09-01T07:00:01Z'],
  [{ resourceType: 'Observation', categories: ['laboratory'], labels: ['N'] }],
  LAB,
);
const focused = (name: string, scope: ReturnType<typeof scopeOf>) => ({
  ...{ name, authorityId: HOSPITAL, ...read, purposes: TPO, ...scope },
  grantee: [{ practitionerId: PRACTITIONER }],
});
const asPractitioner = { grantee: [{ practitionerId: PRACTITIONER }] };

/** By security labels. */
export const iheAdvanced: readonly ConsentCase[] = [
  ihe(17, 'ex-consent-advanced-normal', {
    description: 'Treatment, payment and operations may use data that is labelled normal, and no other',
    mapping: `${LABELS} A record is covered when everything in it is labelled normal.`,
    rules: base,
    records: [BLOOD_SUGAR, ALCOHOL_USE, YEAR_END, WEIGHT],
    moments: [
      asked(AT, { 'blood-sugar': COMMUNITY, 'alcohol-use': [], 'year-end': [], weight: [] }, [
        permitted('base-hospital', 'blood-sugar'),
        permitted('base-lab', 'blood-sugar', { requester: LAB, purpose: 'HOPERAT' }),
        denied('SCOPE_NOT_GRANTED', 'alcohol-use'),
        denied('SCOPE_NOT_GRANTED', 'year-end'),
        denied('SCOPE_NOT_GRANTED', 'weight', { requester: LAB }),
        denied('PURPOSE_NOT_GRANTED', 'blood-sugar', { purpose: 'HRESCH' }),
      ]),
    ],
  }),
  ihe(18, 'ex-consent-advanced-normal-restricted', {
    description: 'Treatment, payment and operations may use data that is labelled normal or restricted',
    mapping: LABELS,
    rules: toEach('both', COMMUNITY, { ...read, purposes: TPO, ...scopeOf(normal, restricted) }),
    records: [BLOOD_SUGAR, ALCOHOL_USE, YEAR_END, WEIGHT],
    moments: [
      asked(AT, { 'blood-sugar': COMMUNITY, 'alcohol-use': COMMUNITY, 'year-end': COMMUNITY, weight: [] }, [
        permitted('both-hospital', 'blood-sugar'),
        permitted('both-hospital', 'alcohol-use', { purpose: 'HPAYMT' }),
        permitted('both-lab', 'year-end', { requester: LAB }),
        denied('SCOPE_NOT_GRANTED', 'weight'),
      ]),
    ],
  }),
  ihe(19, 'ex-consent-advanced-normal-not-restricted', {
    description:
      'Treatment, payment and operations may use data labelled normal; restricted data is denied besides',
    mapping: `${LABELS} What another author says of its own record does not suffice under a denial by label.`,
    rules: [
      ...base,
      forbid('not-restricted', { ...read, purposes: EVERY_PURPOSE, ...scopeOf(restricted) }),
      { name: 'lab-adds', authorityId: LAB, permissions: ['write'], purposes: ['TREAT'], from: FROM },
    ],
    records: [BLOOD_SUGAR, ALCOHOL_USE, YEAR_END, LAB_REPORT],
    moments: [
      asked(AT, { 'blood-sugar': COMMUNITY, 'alcohol-use': [], 'year-end': [], 'lab-report': [] }, [
        permitted('base-hospital', 'blood-sugar'),
        forbidden('not-restricted', 'alcohol-use'),
        forbidden('not-restricted', 'year-end', { requester: LAB, purpose: 'HRESCH' }),
        { ...denied('SCOPE_UNCONFIRMED', 'lab-report'), rule: 'not-restricted' },
      ]),
    ],
  }),
  ihe(20, 'ex-consent-advanced-normal-focused-restricted', {
    description:
      'Data labelled normal for treatment, payment and operations; restricted data for one practitioner alone',
    mapping: `${LABELS} Two grants do not add up: the practitioner’s covers both.`,
    rules: [...base, focused('focused', scopeOf(normal, restricted))],
    records: [BLOOD_SUGAR, ALCOHOL_USE, YEAR_END],
    moments: [
      asked(AT, { 'blood-sugar': COMMUNITY, 'alcohol-use': [HOSPITAL], 'year-end': [HOSPITAL] }, [
        permitted('base-hospital', 'blood-sugar'),
        permitted('focused', 'alcohol-use', asPractitioner),
        permitted('focused', 'year-end', asPractitioner),
        denied('SCOPE_NOT_GRANTED', 'alcohol-use'),
        denied('SCOPE_NOT_GRANTED', 'alcohol-use', { requester: LAB }),
      ]),
    ],
  }),
  ihe(21, 'ex-consent-advanced-normal-focused-psy', {
    description:
      'Data labelled normal for treatment, payment and operations; mental health for one practitioner alone',
    mapping: LABELS,
    rules: [...base, focused('mental-health', scopeOf(normal, mental))],
    records: [BLOOD_SUGAR, ALCOHOL_USE, THERAPY_NOTES],
    moments: [
      asked(AT, { 'blood-sugar': COMMUNITY, 'alcohol-use': [], 'therapy-notes': [HOSPITAL] }, [
        permitted('base-lab', 'blood-sugar', { requester: LAB }),
        permitted('mental-health', 'therapy-notes', asPractitioner),
        denied('SCOPE_NOT_GRANTED', 'alcohol-use', asPractitioner),
        denied('SCOPE_NOT_GRANTED', 'therapy-notes'),
        denied('SCOPE_NOT_GRANTED', 'therapy-notes', { requester: LAB }),
      ]),
    ],
  }),
  ihe(22, 'ex-consent-advanced-normal-focused-psy-or-sdv', {
    description:
      'Data labelled normal for treatment, payment and operations; mental health, and assault, abuse or violence at home, for ' +
      'one practitioner alone',
    mapping: LABELS,
    rules: [...base, focused('both-kinds', scopeOf(normal, mental, abuse))],
    records: [BLOOD_SUGAR, ALCOHOL_USE, THERAPY_NOTES, ABUSE_REPORT],
    moments: [
      asked(
        AT,
        {
          ...{ 'blood-sugar': COMMUNITY, 'alcohol-use': [] },
          ...{ 'therapy-notes': [HOSPITAL], 'abuse-report': [HOSPITAL] },
        },
        [
          permitted('base-hospital', 'blood-sugar', { purpose: 'HPAYMT' }),
          permitted('both-kinds', 'therapy-notes', asPractitioner),
          permitted('both-kinds', 'abuse-report', asPractitioner),
          denied('SCOPE_NOT_GRANTED', 'alcohol-use', asPractitioner),
          denied('SCOPE_NOT_GRANTED', 'abuse-report'),
        ],
      ),
    ],
  }),
  ihe(23, 'ex-consent-advanced-normal-break-glass-restricted', {
    description:
      'Data labelled normal for treatment, payment and operations; restricted data besides for those who may break the glass, when they do',
    mapping: `${LABELS} Who may break the glass is a role, whose members the authority names.`,
    rules: [
      ...base,
      {
        ...{ name: 'glass', authorityId: HOSPITAL, ...read, purposes: ['BTG'] },
        ...{ ...scopeOf(normal, restricted), grantee: [{ role: 'may-break-glass' }] },
      },
    ],
    records: [BLOOD_SUGAR, ALCOHOL_USE, YEAR_END],
    moments: [
      asked(AT, { 'blood-sugar': COMMUNITY, 'alcohol-use': [HOSPITAL], 'year-end': [HOSPITAL] }, [
        permitted('base-hospital', 'blood-sugar'),
        permitted('glass', 'blood-sugar', { purpose: 'BTG', grantee: [{ role: 'may-break-glass' }] }),
        permitted('glass', 'alcohol-use', { purpose: 'BTG', grantee: [{ role: 'may-break-glass' }] }),
        denied('SCOPE_NOT_GRANTED', 'alcohol-use', { grantee: [{ role: 'may-break-glass' }] }),
        denied('GRANTEE_MISMATCH', 'alcohol-use', { purpose: 'BTG' }),
      ]),
    ],
  }),
];
