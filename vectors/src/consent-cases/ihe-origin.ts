import type { CaseRecord, CaseRule, ConsentCase } from '@careledger/consent/testing';
import type { ScopeTerm } from '@careledger/domain';
import { ALCOHOL_USE, BLOOD_PRESSURE, BLOOD_SUGAR, ihe } from './ihe.js';
import {
  COMMUNITY,
  EVERY_PURPOSE,
  HOSPITAL,
  LAB,
  OTHER_PRACTITIONER,
  PRACTITIONER,
  TPO,
  asked,
  denied,
  forbid,
  forbidden,
  permitted,
  recordOf,
  toEach,
} from './parts.js';

const FROM = '2022-06-13T00:00:00.000Z';
const AT = '2022-10-01T09:00:00.000Z';
const read = { permissions: ['read'], from: FROM } as const;
/** By which the hospital has written what is told of here. */
const ADDS: CaseRule = {
  ...{ name: 'hospital-adds', authorityId: HOSPITAL },
  ...{ permissions: ['write'], purposes: ['TREAT'], from: FROM },
};
const onlyOf = (name: string, scope: readonly ScopeTerm[]): CaseRule[] => [
  ...toEach(name, COMMUNITY, { ...read, purposes: TPO, scope }),
  ADDS,
];
const allBut = (name: string, scope: readonly ScopeTerm[]) => [
  ...toEach('base', COMMUNITY, { ...read, purposes: TPO }),
  forbid(name, { ...read, purposes: EVERY_PURPOSE, scope }),
  ADDS,
];
const asLab = { requester: LAB };

const TIME: [string, string] = ['2022-09-01T07:00:00Z', '2022-09-01T07:00:01Z'];
const note = (more: Partial<CaseRecord['kinds'][number]>): CaseRecord['kinds'][number] => ({
  ...{ resourceType: 'DocumentReference', categories: ['clinical-note'] },
  ...more,
});
/** The hospital's, opened and confirmed by the patient's gateway. */
const written = (name: string, ...kinds: CaseRecord['kinds']): CaseRecord => ({
  ...recordOf(name, TIME, kinds, HOSPITAL),
  isConfirmed: true,
});

const [BY_ONE, BY_OTHER] = [PRACTITIONER, OTHER_PRACTITIONER].map((id) => note({ practitioners: [id] }));
const ROUND = written('round', BY_ONE ?? note({}));
const OTHER_ROUND = written('other-round', BY_OTHER ?? note({}));
const BOTH_ROUNDS = written('both-rounds', ...ROUND.kinds, ...OTHER_ROUND.kinds);
const NEW_ROUND = recordOf('new-round', TIME, OTHER_ROUND.kinds, HOSPITAL);
const THE_PRACTITIONER: ScopeTerm = { author: HOSPITAL, practitionerId: PRACTITIONER };
const AUTHOR =
  'A practitioner is one of an authority, here of `aut_hospital`, by what the authority’s record says of who made it; that the ' +
  'authority wrote it is known to the ledger.';

const [VISIT, OTHER_VISIT] = ['c9Xr4TmQy2LhV7sKb0WnEw', 'h7Kc2QwLr9TnX4bYm0JsPA'] as const;
const VISIT_NOTE = written('visit-note', note({ encounters: [VISIT] }));
const OTHER_NOTE = written('other-note', note({ encounters: [OTHER_VISIT] }));
const BOTH_NOTES = written('both-notes', ...VISIT_NOTE.kinds, ...OTHER_NOTE.kinds);
const ENCOUNTER = 'An encounter is a visit, which the record names. What names none belongs to none.';

const named = (record: CaseRecord, letter: string): CaseRecord & { readonly recordId: string } => ({
  ...record,
  recordId: `rec_${letter.repeat(32)}`,
});
const SUGAR = named(BLOOD_SUGAR, 'a');
const PRESSURE = named(BLOOD_PRESSURE, 'b');
const ALCOHOL = named(ALCOHOL_USE, 'c');
const PAIR = named(
  recordOf(
    'sugar-and-alcohol',
    ['2022-06-13T00:00:00Z', '2022-06-13T00:00:01Z'],
    [...BLOOD_SUGAR.kinds, ...ALCOHOL_USE.kinds],
  ),
  'd',
);
const RECORD = 'A record is given out whole: each of the resources is a record of its own.';

/** By author, encounter and record. */
export const iheOrigin: readonly ConsentCase[] = [
  ihe(9, 'ex-consent-intermediate-authoredby', {
    description: 'Treatment, payment and operations may use what one practitioner wrote, and nothing else',
    mapping: AUTHOR,
    rules: onlyOf('by-the-practitioner', [THE_PRACTITIONER]),
    records: [ROUND, OTHER_ROUND, BOTH_ROUNDS, BLOOD_SUGAR],
    moments: [
      asked(AT, { round: COMMUNITY, 'other-round': [], 'both-rounds': [], 'blood-sugar': [] }, [
        permitted('by-the-practitioner-lab', 'round', asLab),
        permitted('by-the-practitioner-lab', 'round', { ...asLab, purpose: 'HPAYMT' }),
        denied('SCOPE_NOT_GRANTED', 'other-round', asLab),
        denied('SCOPE_NOT_GRANTED', 'both-rounds', asLab),
        denied('SCOPE_NOT_GRANTED', 'blood-sugar'),
        denied('PURPOSE_NOT_GRANTED', 'round', { ...asLab, purpose: 'HRESCH' }),
      ]),
    ],
  }),
  ihe(10, 'ex-consent-intermediate-not-authoredby', {
    description: 'Treatment, payment and operations may use everything but what one practitioner wrote',
    mapping: `${AUTHOR} Until the patient’s gateway has opened a record, nobody knows who made it.`,
    rules: allBut('not-the-practitioner', [THE_PRACTITIONER]),
    records: [ROUND, OTHER_ROUND, BOTH_ROUNDS, NEW_ROUND, BLOOD_SUGAR],
    moments: [
      asked(
        AT,
        {
          ...{ round: [], 'other-round': COMMUNITY, 'both-rounds': [], 'new-round': [] },
          'blood-sugar': COMMUNITY,
        },
        [
          forbidden('not-the-practitioner', 'round', asLab),
          permitted('base-lab', 'other-round', asLab),
          forbidden('not-the-practitioner', 'both-rounds', { ...asLab, purpose: 'HRESCH' }),
          { ...denied('SCOPE_UNCONFIRMED', 'new-round', asLab), rule: 'not-the-practitioner' },
          permitted('base-hospital', 'blood-sugar'),
        ],
      ),
    ],
  }),
  ihe(11, 'ex-consent-intermediate-encounter', {
    description: 'Treatment, payment and operations may use what belongs to one encounter, and nothing else',
    mapping: ENCOUNTER,
    rules: onlyOf('of-the-visit', [{ encounter: VISIT }]),
    records: [VISIT_NOTE, OTHER_NOTE, BOTH_NOTES, BLOOD_SUGAR],
    moments: [
      asked(AT, { 'visit-note': COMMUNITY, 'other-note': [], 'both-notes': [], 'blood-sugar': [] }, [
        permitted('of-the-visit-lab', 'visit-note', asLab),
        denied('SCOPE_NOT_GRANTED', 'other-note', asLab),
        denied('SCOPE_NOT_GRANTED', 'both-notes', asLab),
        denied('SCOPE_NOT_GRANTED', 'blood-sugar'),
      ]),
    ],
  }),
  ihe(12, 'ex-consent-intermediate-not-encounter', {
    description: 'Treatment, payment and operations may use everything but what belongs to one encounter',
    mapping: ENCOUNTER,
    rules: allBut('not-the-visit', [{ encounter: VISIT }]),
    records: [VISIT_NOTE, OTHER_NOTE, BOTH_NOTES, BLOOD_SUGAR],
    moments: [
      asked(
        AT,
        {
          ...{ 'visit-note': [], 'other-note': COMMUNITY },
          ...{ 'both-notes': [], 'blood-sugar': COMMUNITY },
        },
        [
          forbidden('not-the-visit', 'visit-note', asLab),
          permitted('base-lab', 'other-note', { ...asLab, purpose: 'HOPERAT' }),
          forbidden('not-the-visit', 'both-notes', asLab),
          permitted('base-hospital', 'blood-sugar'),
        ],
      ),
    ],
  }),
  ihe(13, 'ex-consent-intermediate-data', {
    description: 'Treatment, payment and operations may use certain resources, named one by one',
    mapping: RECORD,
    rules: onlyOf(
      'these',
      [SUGAR, PRESSURE].map(({ recordId }) => ({ recordId })),
    ),
    records: [SUGAR, PRESSURE, ALCOHOL, PAIR],
    moments: [
      asked(
        AT,
        {
          ...{ 'blood-sugar': COMMUNITY, 'blood-pressure': COMMUNITY },
          ...{ 'alcohol-use': [], 'sugar-and-alcohol': [] },
        },
        [
          permitted('these-hospital', 'blood-sugar'),
          permitted('these-lab', 'blood-pressure', { ...asLab, purpose: 'HPAYMT' }),
          denied('SCOPE_NOT_GRANTED', 'alcohol-use'),
          denied('SCOPE_NOT_GRANTED', 'sugar-and-alcohol', asLab),
        ],
      ),
    ],
  }),
  ihe(14, 'ex-consent-intermediate-not-data', {
    description: 'Treatment, payment and operations may use everything but one resource',
    mapping: RECORD,
    rules: allBut('not-this', [{ recordId: ALCOHOL.recordId }]),
    records: [SUGAR, ALCOHOL, PAIR],
    moments: [
      asked(AT, { 'blood-sugar': COMMUNITY, 'alcohol-use': [], 'sugar-and-alcohol': COMMUNITY }, [
        permitted('base-hospital', 'blood-sugar'),
        forbidden('not-this', 'alcohol-use'),
        forbidden('not-this', 'alcohol-use', { ...asLab, purpose: 'HRESCH' }),
        permitted('base-lab', 'sugar-and-alcohol', asLab),
      ]),
    ],
  }),
];
