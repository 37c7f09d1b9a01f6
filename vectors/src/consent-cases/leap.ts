import type { CaseRecord, CaseRule, ConsentCase } from '@careledger/consent/testing';
import {
  COMMUNITY,
  EVERY_PURPOSE,
  HOSPITAL,
  LAB,
  OTHER_PRACTITIONER,
  PRACTITIONER,
  asked,
  denied,
  forbid,
  forbidden,
  labelled,
  permitted,
  recordOf,
  toEach,
  typed,
} from './parts.js';

const FIXTURES = 'https://github.com/sdhealthconnect/leap-cds/blob/master/test/fixtures/consents/r4';

/** A case of the service’s fixtures, by its number in the order of their names. */
const leap = (
  number: number,
  name: string,
  { description, ...told }: Pick<ConsentCase, 'description' | 'mapping' | 'rules' | 'records' | 'moments'>,
): ConsentCase => ({
  name: `leap-${String(number).padStart(2, '0')}-${name.replace('consent-boris-', '')}`,
  ...{ description, source: leapSource(name) },
  ...told,
});

const leapSource = (name: string): ConsentCase['source'] => ({
  collection: 'LEAP',
  name,
  address: `${FIXTURES}/${name}.json`,
});

const TIME: [string, string] = ['2013-04-04T13:34:00Z', '2013-04-04T13:34:01Z'];
const observed = (
  name: string,
  category: string,
  labels: readonly string[],
  codes: readonly string[] = [],
): CaseRecord =>
  recordOf(name, TIME, [{ resourceType: 'Observation', categories: [category], codes, labels }]);
const CULTURE = observed('blood-culture', 'laboratory', [], ['600-7']);
const KETAMINE = observed(
  'ketamine-use',
  'social-history',
  ['R', 'SUD'],
  ['http://snomed.info/sct|724713006'],
);
const DRINKING = observed('drinking', 'social-history', ['R', 'ETHUD'], ['74013-4']);
const HIV_TEST = observed('hiv-test', 'laboratory', ['R', 'HIV']);
const SECRET = observed('secret', 'survey', ['V']);
const MEDICATION = recordOf('medication', TIME, [
  { resourceType: 'MedicationStatement', categories: ['outpatient'] },
]);
const IMMUNISATION = recordOf('immunisation', TIME, [{ resourceType: 'Immunization', categories: [] }]);
const BUNDLE = recordOf('bundle', TIME, [...KETAMINE.kinds, ...CULTURE.kinds]);

const AT = '2024-01-15T09:00:00.000Z';
const lasting = { from: '2019-11-01T00:00:00.000Z', until: '2029-01-01T00:00:00.000Z' };
/** The service’s actions: `access` reads, `correct` modifies. Where a rule names none, it is about every right. */
const ACCESS = { permissions: ['read'] } as const;
const ACCESS_AND_CORRECT = { permissions: ['read', 'modify'] } as const;
const EVERY_RIGHT = { permissions: ['read', 'write', 'modify'] } as const;
const everything = { ...EVERY_RIGHT, purposes: EVERY_PURPOSE, ...lasting };
const optIn = toEach('opt-in', COMMUNITY, everything);
/** From the hospital, which is the organisation that the fixtures name. */
const forbidHospital = (name: string, terms: Partial<CaseRule> & Pick<CaseRule, 'permissions'>) =>
  forbid(name, { purposes: EVERY_PURPOSE, ...lasting, authorityId: HOSPITAL, ...terms });

const ROOT = 'The root permits everybody everything, for any purpose and until 2029.';
const LABELS = 'An obligation to redact is a denial of the records that hold such a thing.';
const MARKETING =
  'Marketing is no purpose of use of this system: nobody can ask for it, and no rule has to deny it.';

const optedOutOfHospital = (number: number, name: string, description: string, mapping: string) =>
  leap(number, name, {
    ...{ description, mapping },
    rules: [...optIn, forbidHospital('not-hospital', ACCESS_AND_CORRECT)],
    records: [CULTURE],
    moments: [
      asked(AT, { 'blood-culture': [LAB] }, [
        permitted('opt-in-lab', 'blood-culture', { requester: LAB }),
        forbidden('not-hospital', 'blood-culture'),
        forbidden('not-hospital', 'blood-culture', { permission: 'modify' }),
        permitted('opt-in-hospital', 'blood-culture', { permission: 'write' }),
      ]),
    ],
  });

/** The fixtures of the decision service with the decisions that its tests expect. */
export const leapCases: readonly ConsentCase[] = [
  leap(1, 'consent-boris-deny-practitioner', {
    description: 'Everybody may use everything; one practitioner may neither see nor correct it',
    mapping: `${ROOT} A practitioner is one of an authority, here of \`aut_hospital\`.`,
    rules: [
      ...optIn,
      forbidHospital('not-this-one', { ...ACCESS_AND_CORRECT, grantee: [{ practitionerId: PRACTITIONER }] }),
    ],
    records: [CULTURE],
    moments: [
      asked(AT, { 'blood-culture': COMMUNITY }, [
        forbidden('not-this-one', 'blood-culture', { grantee: [{ practitionerId: PRACTITIONER }] }),
        forbidden('not-this-one', 'blood-culture', {
          ...{ permission: 'modify', grantee: [{ practitionerId: PRACTITIONER }] },
        }),
        permitted('opt-in-hospital', 'blood-culture', { grantee: [{ practitionerId: OTHER_PRACTITIONER }] }),
        permitted('opt-in-lab', 'blood-culture', { requester: LAB }),
      ]),
    ],
  }),
  leap(2, 'consent-boris-deny-restricted-clinical-code', {
    description:
      'Everybody may use everything; one organisation does not see what has a certain clinical code',
    mapping: `${ROOT} ${LABELS}`,
    rules: [
      ...optIn,
      forbidHospital('not-this-code', {
        ...ACCESS,
        scope: [{ system: 'http://snomed.info/sct', code: '724713006' }],
      }),
    ],
    records: [CULTURE, KETAMINE, BUNDLE],
    moments: [
      asked(AT, { 'blood-culture': COMMUNITY, 'ketamine-use': [LAB], bundle: [LAB] }, [
        permitted('opt-in-hospital', 'blood-culture'),
        forbidden('not-this-code', 'ketamine-use'),
        forbidden('not-this-code', 'bundle', { purpose: 'HRESCH' }),
        permitted('opt-in-hospital', 'ketamine-use', { permission: 'modify' }),
        permitted('opt-in-lab', 'ketamine-use', { requester: LAB }),
      ]),
    ],
  }),
  leap(3, 'consent-boris-deny-restricted-content-class-and-sec-label', {
    description:
      'Everybody may use everything; one organisation sees neither medication nor what is labelled restricted',
    mapping: `${ROOT} ${LABELS}`,
    rules: [
      ...optIn,
      forbidHospital('no-medication', { ...ACCESS, scope: [typed('MedicationStatement')] }),
      forbidHospital('no-restricted', { ...ACCESS, scope: [labelled('R')] }),
    ],
    records: [CULTURE, MEDICATION, KETAMINE, IMMUNISATION],
    moments: [
      asked(
        AT,
        {
          ...{ 'blood-culture': COMMUNITY, medication: [LAB] },
          ...{ 'ketamine-use': [LAB], immunisation: COMMUNITY },
        },
        [
          permitted('opt-in-hospital', 'immunisation'),
          forbidden('no-medication', 'medication'),
          forbidden('no-restricted', 'ketamine-use'),
          permitted('opt-in-lab', 'medication', { requester: LAB }),
          permitted('opt-in-hospital', 'medication', { permission: 'modify' }),
        ],
      ),
    ],
  }),
  leap(4, 'consent-boris-deny-restricted-content-class-only', {
    description: 'Everybody may use everything; one organisation sees no medication',
    mapping: `${ROOT} ${LABELS}`,
    rules: [...optIn, forbidHospital('no-medication', { ...ACCESS, scope: [typed('MedicationStatement')] })],
    records: [CULTURE, MEDICATION],
    moments: [
      asked(AT, { 'blood-culture': COMMUNITY, medication: [LAB] }, [
        forbidden('no-medication', 'medication'),
        permitted('opt-in-hospital', 'blood-culture'),
        permitted('opt-in-lab', 'medication', { requester: LAB }),
      ]),
    ],
  }),
  leap(5, 'consent-boris-deny-restricted-content-class', {
    description: 'As the third case, in one provision of which the service withholds either',
    mapping: `${ROOT} ${LABELS}`,
    rules: [
      ...optIn,
      forbidHospital('neither', { ...ACCESS, scope: [labelled('R'), typed('MedicationStatement')] }),
    ],
    records: [CULTURE, MEDICATION, KETAMINE],
    moments: [
      asked(AT, { 'blood-culture': COMMUNITY, medication: [LAB], 'ketamine-use': [LAB] }, [
        permitted('opt-in-hospital', 'blood-culture'),
        forbidden('neither', 'medication'),
        forbidden('neither', 'ketamine-use'),
        permitted('opt-in-lab', 'ketamine-use', { requester: LAB }),
      ]),
    ],
  }),
  leap(6, 'consent-boris-deny-restricted-label', {
    description:
      'Everybody may use everything; one organisation neither sees nor corrects what is labelled restricted',
    mapping: `${ROOT} ${LABELS} What is stored as one record is withheld as one.`,
    rules: [...optIn, forbidHospital('no-restricted', { ...ACCESS_AND_CORRECT, scope: [labelled('R')] })],
    records: [CULTURE, KETAMINE, BUNDLE],
    moments: [
      asked(AT, { 'blood-culture': COMMUNITY, 'ketamine-use': [LAB], bundle: [LAB] }, [
        permitted('opt-in-hospital', 'blood-culture'),
        forbidden('no-restricted', 'ketamine-use'),
        forbidden('no-restricted', 'ketamine-use', { permission: 'modify' }),
        forbidden('no-restricted', 'bundle'),
        permitted('opt-in-lab', 'bundle', { requester: LAB }),
      ]),
    ],
  }),
  leap(7, 'consent-boris-expired', {
    description: 'A consent that ended in 2016 neither permits nor denies',
    mapping: 'Where no consent applies, this system denies.',
    rules: [
      ...toEach('opt-in', COMMUNITY, {
        ...everything,
        ...{ from: '2015-11-01T00:00:00.000Z', until: '2016-01-01T00:00:00.000Z' },
      }),
      forbidHospital('not-hospital', {
        ...ACCESS_AND_CORRECT,
        ...{ from: '2015-11-01T00:00:00.000Z', until: '2016-01-01T00:00:00.000Z' },
      }),
    ],
    records: [CULTURE],
    moments: [
      asked(AT, { 'blood-culture': [] }, [
        denied('GRANT_EXPIRED', 'blood-culture'),
        denied('GRANT_EXPIRED', 'blood-culture', { requester: LAB }),
      ]),
    ],
  }),
  leap(8, 'consent-boris-inactive', {
    description: 'A consent that is no longer active neither permits nor denies',
    mapping: 'What is inactive has been revoked. Where no consent applies, this system denies.',
    rules: [...optIn, forbidHospital('not-hospital', ACCESS_AND_CORRECT)].map((rule) => ({
      ...rule,
      isRevoked: true as const,
    })),
    records: [CULTURE],
    moments: [
      asked(AT, { 'blood-culture': [] }, [
        denied('NO_GRANT', 'blood-culture'),
        denied('NO_GRANT', 'blood-culture', { requester: LAB }),
      ]),
    ],
  }),
  leap(9, 'consent-boris-multiple-deny-labels', {
    description: 'Everybody may use everything but what is labelled as of alcohol or of HIV',
    mapping: LABELS,
    rules: [
      ...toEach('opt-in', COMMUNITY, {
        ...everything,
        ...{ from: '2023-03-01T00:00:00.000Z', until: '2025-06-01T00:00:00.000Z' },
      }),
      forbid('neither', {
        ...{ ...EVERY_RIGHT, purposes: EVERY_PURPOSE, scope: [labelled('ETHUD'), labelled('HIV')] },
        ...{ from: '2023-03-01T00:00:00.000Z', until: '2025-06-01T00:00:00.000Z' },
      }),
    ],
    records: [CULTURE, KETAMINE, DRINKING, HIV_TEST],
    moments: [
      asked(AT, { 'blood-culture': COMMUNITY, 'ketamine-use': COMMUNITY, drinking: [], 'hiv-test': [] }, [
        permitted('opt-in-hospital', 'blood-culture'),
        permitted('opt-in-hospital', 'ketamine-use'),
        forbidden('neither', 'drinking'),
        forbidden('neither', 'hiv-test', { requester: LAB }),
        forbidden('neither', 'hiv-test', { permission: 'write' }),
      ]),
    ],
  }),
  leap(10, 'consent-boris-optin-with-pou-in-root-provision', {
    description: 'Everybody may use everything for treatment and emergency treatment',
    mapping: `${MARKETING} Another purpose stands in for it. A request has one purpose.`,
    rules: toEach('treatment', COMMUNITY, { ...everything, purposes: ['TREAT', 'ETREAT'] }),
    records: [CULTURE],
    moments: [
      asked(AT, { 'blood-culture': COMMUNITY }, [
        permitted('treatment-hospital', 'blood-culture', { purpose: 'ETREAT' }),
        permitted('treatment-lab', 'blood-culture', { requester: LAB }),
        denied('PURPOSE_NOT_GRANTED', 'blood-culture', { purpose: 'HOPERAT' }),
      ]),
    ],
  }),
  optedOutOfHospital(
    11,
    'consent-boris-optin-with-scope-in-category',
    'As the next case, which says elsewhere in the document what sort of consent it is',
    `${ROOT} A statement of this system has one form.`,
  ),
  optedOutOfHospital(
    12,
    'consent-boris-optin',
    'Everybody may use everything; one organisation may neither see nor correct it',
    ROOT,
  ),
  leap(13, 'consent-boris-optout', {
    description: 'Nobody may use anything',
    mapping:
      'The consent names one organisation besides; no test of the service says what is decided about it, and the root is about it too.',
    rules: [forbid('opt-out', everything)],
    records: [CULTURE],
    moments: [
      asked(AT, { 'blood-culture': [] }, [
        forbidden('opt-out', 'blood-culture', { requester: LAB }),
        forbidden('opt-out', 'blood-culture', { purpose: 'ETREAT' }),
        forbidden('opt-out', 'blood-culture', { requester: LAB, permission: 'write' }),
      ]),
    ],
  }),
  leap(14, 'consent-boris-provision-array', {
    description:
      'Everybody may use everything but for marketing; one organisation neither sees nor corrects what is restricted, and has ' +
      'nothing to do with what is very restricted',
    mapping: `${ROOT} ${LABELS} ${MARKETING}`,
    rules: [
      ...optIn,
      forbidHospital('no-restricted', { ...ACCESS_AND_CORRECT, scope: [labelled('R')] }),
      forbidHospital('no-very-restricted', { ...EVERY_RIGHT, scope: [labelled('V')] }),
    ],
    records: [CULTURE, KETAMINE, SECRET],
    moments: [
      asked(AT, { 'blood-culture': COMMUNITY, 'ketamine-use': [LAB], secret: [LAB] }, [
        permitted('opt-in-hospital', 'blood-culture'),
        forbidden('no-restricted', 'ketamine-use'),
        permitted('opt-in-hospital', 'ketamine-use', { permission: 'write' }),
        forbidden('no-very-restricted', 'secret'),
        forbidden('no-very-restricted', 'secret', { permission: 'write' }),
        permitted('opt-in-lab', 'secret', { requester: LAB }),
      ]),
    ],
  }),
  leap(15, 'consent-boris-research', {
    description: 'A consent to research, inactive and over, says nothing to treatment',
    mapping: 'What is inactive has been revoked. Where no consent applies, this system denies.',
    rules: toEach('research', COMMUNITY, {
      ...{ ...EVERY_RIGHT, purposes: ['HRESCH'], isRevoked: true },
      ...{ from: '2015-11-01T00:00:00.000Z', until: '2016-01-01T00:00:00.000Z' },
    }),
    records: [CULTURE],
    moments: [
      asked(AT, { 'blood-culture': [] }, [
        denied('NO_GRANT', 'blood-culture'),
        denied('NO_GRANT', 'blood-culture', { requester: LAB, purpose: 'HRESCH' }),
      ]),
    ],
  }),
];
