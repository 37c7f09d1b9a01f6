import type { Ruling, DenialCode, TagConfirmation } from '@careledger/contracts';
import { ANY, TAG_GROUPS_MAX, type TagGroups } from '@careledger/domain';
import {
  termsOnRecord,
  type PolicyNow,
  type Request,
  type StandingGrant,
  type TaggedVersion,
} from '@careledger/policy';
import type { Vector, VectorKind } from '@careledger/spec';

/** Files of `spec/vectors/{valid,invalid}/grants`; documented in `spec/grants.md`. */
type GrantVector = {
  description: string;
  /** When it has to count. */
  at: string;
  policy: PolicyNow;
  grants: readonly StandingGrant[];
  request: Request;
  /** Of what the ledger has of the version: the request's tags, period, `isUnconfirmed` and `isDetail` are by it. */
  version?: TaggedVersion;
  /** Valid ones: the permit. */
  decision?: Ruling;
  /** Invalid ones: the reason of the denial, and the rule that denies, if one does. */
  code?: DenialCode;
  rule?: string;
};
type Named = Vector<GrantVector>;
type Given = {
  readonly at?: string;
  readonly policy?: Partial<PolicyNow>;
  readonly grants?: readonly Partial<StandingGrant>[];
  readonly request?: Partial<Request>;
  readonly version?: TaggedVersion;
};

/** 22 characters of base64url whose last one has no bits to spare. */
const id = (letter: string): string => `${letter.repeat(21)}A`;
const [VITAL, VITAL_OBSERVATION, LAB, WARD_1, WARD_2] = ['v', 'o', 'l', 'w', 'x'].map(id) as [
  string,
  string,
  string,
  string,
  string,
];
const PATIENT = `pat_${'a'.repeat(32)}`;
const OTHER_PATIENT = `pat_${'b'.repeat(32)}`;
const HOSPITAL = 'aut_hospital';
const LABORATORY = 'aut_lab';
const DELEGATION = id('p');
const NOW = '2026-03-01T12:00:00.000Z';

const MARCH = { start: '2026-03-01T00:00:00Z', end: '2026-04-01T00:00:00Z' };
/** An hour of March, as the record of a window has it. */
const HOUR = { start: '2026-03-01T10:00:00Z', end: '2026-03-01T11:00:00Z' };

const policy: PolicyNow = { version: 7, revokedThroughSeq: 0 };
const grant: StandingGrant = {
  patientId: PATIENT,
  grantId: id('g'),
  policySeq: 5,
  authorityId: HOSPITAL,
  granteeTags: [],
  permissions: ['read'],
  scopeTags: [],
  purposes: ['TREAT'],
  from: '2026-03-01T00:00:00Z',
};
/** A denial of the patient's, beside a grant that covers everything unless said. */
const DENIAL = id('d');
const denying = (
  more: Partial<StandingGrant> = {},
  rest: Partial<StandingGrant> = {},
): Partial<StandingGrant>[] => [rest, { grantId: DENIAL, effect: 'deny', ...more }];
/** One group per kind of resource, each with the tag of its category and of its category and resource type. */
const vital: TagGroups = [[VITAL, VITAL_OBSERVATION]];
const vitalAndLab: TagGroups = [...vital, [LAB]];
const request: Request = {
  patientId: PATIENT,
  requester: HOSPITAL,
  granteeTags: [],
  permission: 'read',
  purpose: 'TREAT',
  tagGroups: vital,
  author: PATIENT,
};
const permit = (more: Partial<Ruling> = {}): Ruling => {
  return { decision: 'permit', reason: 'GRANT', policyVersion: 7, grantId: grant.grantId, ...more };
};
const byRight = (reason: 'OWNER' | 'AUTHOR'): Ruling => {
  return { decision: 'permit', reason, policyVersion: 7 };
};
const situationOf = ({ at = NOW, version, ...given }: Given) => ({
  at,
  policy: { ...policy, ...given.policy },
  grants: (given.grants ?? [{}]).map((each) => ({ ...grant, ...each })),
  request: {
    ...request,
    ...(version && { ...termsOnRecord(version), author: version.author }),
    ...given.request,
  },
  ...(version && { version }),
});

/** A record that the laboratory has written and tagged, and what the patient's gateway found in it, the newest last. */
const foreign = (...confirmed: (Pick<TagConfirmation, 'tagGroups'> & Partial<TagConfirmation>)[]) => ({
  patientId: PATIENT,
  author: LABORATORY,
  kind: 'clinical' as const,
  tagGroups: vital,
  period: HOUR,
  ...(confirmed.length > 0 && {
    confirmations: confirmed.map((each, index) => ({
      seq: index + 1,
      at: NOW,
      txId: 'f'.repeat(64),
      ...each,
    })),
  }),
});

/** The single measured values of an hour, as the patient's gateway has put them down. */
const single: TaggedVersion = {
  patientId: PATIENT,
  author: PATIENT,
  kind: 'detail',
  tagGroups: vital,
  period: HOUR,
};

/** Everything in `spec/vectors/KIND/grants`. */
export const grantVectors = (kind: VectorKind): Named[] =>
  kind === 'valid' ? validGrants() : invalidGrants();

function validGrants(): Named[] {
  const make = (name: string, description: string, given: Given, decision: Ruling): Named => {
    return { name, description, ...situationOf(given), decision };
  };
  const until = '2026-03-01T12:00:00.001Z';
  return [
    make('grant-without-scope', 'No scope covers every record', {}, permit()),
    make(
      'grant-without-scope-record-without-groups',
      'No scope covers a record that does not say what it holds',
      { request: { tagGroups: [] } },
      permit(),
    ),
    make(
      'scope-of-a-category',
      'One tag of the group suffices',
      { grants: [{ scopeTags: [VITAL] }] },
      permit(),
    ),
    make(
      'scope-of-every-group',
      'Each group shares a tag with the scope, whichever',
      { grants: [{ scopeTags: [VITAL_OBSERVATION, LAB] }], request: { tagGroups: vitalAndLab } },
      permit(),
    ),
    make(
      'grantee-of-one-of-several-units',
      'One of the tags under which somebody asks suffices',
      { grants: [{ granteeTags: [WARD_1] }], request: { granteeTags: [WARD_2, WARD_1] } },
      permit(),
    ),
    make(
      'denied-scope-of-tags-that-are-confirmed',
      'The patient’s gateway says that another author’s record holds nothing of what is denied',
      { grants: denying({ scopeTags: [LAB] }), version: foreign({ tagGroups: vital }) },
      permit(),
    ),
    make(
      'denied-scope-of-tags-that-are-corrected-again',
      'Of several confirmations the last one counts',
      {
        grants: denying({ scopeTags: [LAB] }),
        version: foreign({ tagGroups: vitalAndLab }, { tagGroups: vital }),
      },
      permit(),
    ),
    make(
      'scope-of-tags-that-are-corrected',
      'A grant covers what the patient’s gateway has found, whatever the author said',
      { grants: [{ scopeTags: [LAB] }], version: foreign({ tagGroups: [[LAB]] }) },
      permit(),
    ),
    make(
      'detail-under-a-grant-that-includes-it',
      'Single measured values are covered by a grant of every record that names them',
      { grants: [{ detail: true }], version: single },
      permit(),
    ),
    make(
      'detail-within-the-scope-of-a-grant-that-includes-it',
      'Scope counts for them as for all else',
      { grants: [{ detail: true, scopeTags: [VITAL] }], version: single },
      permit(),
    ),
    make('grant-at-its-first-millisecond', 'A grant counts from its beginning', { at: grant.from }, permit()),
    make(
      'grant-at-its-last-millisecond',
      'Until just before its end; the permit ends with it',
      { grants: [{ until }] },
      permit({ until }),
    ),
    make(
      'longest-of-two-grants',
      'The permit names the grant that lasts longest, not the first one',
      { grants: [{ until }, { grantId: id('h'), until: '2026-03-01T13:00:00Z' }] },
      permit({ grantId: id('h'), until: '2026-03-01T13:00:00Z' }),
    ),
    make(
      'first-of-two-grants-that-last-alike',
      'Of two that last alike, the one whose id sorts first, in whatever order they are given',
      { grants: [{ grantId: id('h') }, {}] },
      permit(),
    ),
    make(
      'grant-above-a-revoke-all',
      'A revoke-all voids up to its number',
      { policy: { revokedThroughSeq: 4 } },
      permit(),
    ),
    make(
      'grant-beside-one-that-does-not-cover',
      'A grant that covers everything counts whatever stands beside it',
      { grants: [{ grantId: id('f'), purposes: ['HRESCH'] }, {}] },
      permit(),
    ),
    make(
      'write-what-the-scope-covers',
      'A record that is yet to be made has no author',
      {
        grants: [{ permissions: ['write'], scopeTags: [LAB] }],
        request: { permission: 'write', tagGroups: [[LAB]], author: undefined },
      },
      permit(),
    ),
    make(
      'modify-within-the-scope',
      'The version before and the new one are covered',
      {
        grants: [{ permissions: ['modify'], scopeTags: [VITAL, LAB] }],
        request: {
          permission: 'modify',
          tagGroups: [[LAB]],
          revisedTagGroups: vitalAndLab,
          author: LABORATORY,
        },
      },
      permit(),
    ),
    make(
      'denial-of-another-category',
      'A denial that shares no tag with the record takes nothing away',
      { grants: denying({ scopeTags: [LAB] }) },
      permit(),
    ),
    make(
      'denial-revoked',
      'A denial ends by its revocation',
      { grants: denying({ revokedAt: NOW }) },
      permit(),
    ),
    make(
      'denial-ended',
      'At its end a denial does not count any more',
      { grants: denying({ until: NOW }) },
      permit(),
    ),
    make(
      'denial-to-come',
      'Before its beginning a denial does not count yet',
      { grants: denying({ from: '2026-03-01T12:00:00.001Z' }) },
      permit(),
    ),
    make(
      'denial-to-another-authority',
      'A denial is about the authority that it names',
      { grants: denying({ authorityId: LABORATORY }) },
      permit(),
    ),
    make(
      'denial-to-another-unit',
      'A denial to one ward leaves the others',
      { grants: denying({ granteeTags: [WARD_2] }), request: { granteeTags: [WARD_1] } },
      permit(),
    ),
    make(
      'denial-of-another-purpose-and-right',
      'A denial takes away what it names: another purpose, another right',
      {
        grants: [
          ...denying({ purposes: ['HRESCH'] }),
          { grantId: id('e'), effect: 'deny', permissions: ['write'] },
        ],
      },
      permit(),
    ),
    make(
      'denial-of-another-time',
      'A record that ends where the denied time begins has nothing in common with it',
      {
        grants: denying({ period: { start: HOUR.end, end: MARCH.end } }),
        request: { period: HOUR },
      },
      permit(),
    ),
    make(
      'period-that-is-granted',
      'All of the record’s time lies in the grant’s',
      { grants: [{ period: HOUR }], request: { period: HOUR } },
      permit(),
    ),
    make(
      'denial-of-what-the-author-made',
      'A denial takes nothing from who made a record: it knows what it wrote',
      { grants: denying(), request: { author: HOSPITAL } },
      byRight('AUTHOR'),
    ),
    make(
      'revoke-all-of-an-epoch-before',
      'What a former consent key has revoked voids nothing of the key after it',
      { policy: { revokedThroughSeq: Number.MAX_SAFE_INTEGER }, grants: [{ policySeq: 1, epoch: 1 }] },
      permit(),
    ),
    make(
      'denial-of-a-delegate',
      'What a delegate denies leaves what the patient has granted',
      { grants: denying({ path: [DELEGATION] }) },
      permit(),
    ),
    make(
      'denial-to-any-and-the-owner',
      'A denial to anybody is not about the patient',
      { grants: denying({ authorityId: ANY }), request: { requester: PATIENT } },
      byRight('OWNER'),
    ),
    make(
      'owner',
      'The patient may do anything, without a grant',
      { grants: [], request: { requester: PATIENT, permission: 'modify', purpose: 'PATRQT' } },
      byRight('OWNER'),
    ),
    make(
      'author-reads',
      'Who made a record may read it after its grant has gone',
      { grants: [], request: { author: HOSPITAL } },
      byRight('AUTHOR'),
    ),
    make(
      'author-corrects',
      'Who made a record may correct it after its grant has gone',
      { grants: [], request: { author: HOSPITAL, permission: 'modify', revisedTagGroups: vitalAndLab } },
      byRight('AUTHOR'),
    ),
  ];
}

function invalidGrants(): Named[] {
  const cases: [name: string, code: DenialCode, description: string, given: Given, rule?: string][] = [
    ...denials(),
    ['no-grant', 'NO_GRANT', 'Nothing is allowed that nobody granted', { grants: [] }],
    [
      'vital-grant-opens-vital-and-lab-bundle',
      'SCOPE_NOT_GRANTED',
      'A bundle holds one thing that is granted and one that is not',
      { grants: [{ scopeTags: [VITAL] }], request: { tagGroups: vitalAndLab } },
    ],
    [
      'last-of-many-groups-outside-the-scope',
      'SCOPE_NOT_GRANTED',
      'As many groups as a record may have, the last of them not granted',
      {
        grants: [{ scopeTags: [VITAL] }],
        request: { tagGroups: [...Array.from({ length: TAG_GROUPS_MAX - 1 }, () => [VITAL]), [LAB]] },
      },
    ],
    [
      'vital-grant-and-lab-grant-open-a-bundle-of-both',
      'SCOPE_NOT_GRANTED',
      'One grant has to cover all of it: two that cover a group each do not add up',
      {
        grants: [{ scopeTags: [VITAL] }, { grantId: id('h'), scopeTags: [LAB] }],
        request: { tagGroups: vitalAndLab },
      },
    ],
    [
      'detail-under-a-grant-of-every-record',
      'DETAIL_NOT_GRANTED',
      'A grant without a scope covers every record but the single measured values',
      { version: single },
    ],
    [
      'detail-by-a-grant-of-other-records',
      'SCOPE_NOT_GRANTED',
      'A grant that includes them for other records and one of these that does not do not add up',
      { grants: [{ detail: true, scopeTags: [LAB] }, { grantId: id('h') }], version: single },
    ],
    [
      'detail-outside-the-scope-of-a-grant-that-includes-it',
      'SCOPE_NOT_GRANTED',
      'The single values of what is granted, and of nothing else',
      { grants: [{ detail: true, scopeTags: [LAB] }], version: single },
    ],
    [
      'record-without-tags-under-scoped-grant',
      'SCOPE_NOT_GRANTED',
      'A record that does not say what it holds, to slip under any scope',
      { grants: [{ scopeTags: [VITAL] }], request: { tagGroups: [] } },
    ],
    [
      'record-of-another-category',
      'SCOPE_NOT_GRANTED',
      'No tag in common',
      { grants: [{ scopeTags: [VITAL] }], request: { tagGroups: [[LAB]] } },
    ],
    [
      'modify-lab-record-by-declaring-vital-tags',
      'SCOPE_NOT_GRANTED',
      'The new version would be covered, the one that it replaces is not',
      {
        grants: [{ permissions: ['modify'], scopeTags: [VITAL] }],
        request: {
          permission: 'modify',
          tagGroups: [[LAB]],
          revisedTagGroups: vital,
          author: LABORATORY,
        },
      },
    ],
    [
      'modify-vital-record-into-a-lab-record',
      'SCOPE_NOT_GRANTED',
      'The version before is covered, the new one is not',
      {
        grants: [{ permissions: ['modify'], scopeTags: [VITAL] }],
        request: {
          permission: 'modify',
          tagGroups: vital,
          revisedTagGroups: [[LAB]],
          author: LABORATORY,
        },
      },
    ],
    [
      'modify-vital-record-into-one-without-tags',
      'SCOPE_NOT_GRANTED',
      'The new version does not say what it holds',
      {
        grants: [{ permissions: ['modify'], scopeTags: [VITAL] }],
        request: { permission: 'modify', tagGroups: vital, revisedTagGroups: [], author: LABORATORY },
      },
    ],
    [
      'revoked-through-seq',
      'NO_GRANT',
      'A revoke-all voids every grant up to and including its number',
      { policy: { revokedThroughSeq: 5 } },
    ],
    ['revoked', 'NO_GRANT', 'A grant that was revoked singly', { grants: [{ revokedAt: NOW }] }],
    [
      'revoked-ahead-of-this-clock',
      'NO_GRANT',
      'The revocation is dated by a clock ahead of this one: it counts at once',
      { grants: [{ revokedAt: '2026-03-01T12:01:00Z' }] },
    ],
    [
      'ended-at-this-instant',
      'GRANT_EXPIRED',
      'At its end a grant does not count any more',
      { grants: [{ until: NOW }] },
    ],
    [
      'begins-in-a-millisecond',
      'GRANT_EXPIRED',
      'Before its beginning a grant does not count yet',
      { grants: [{ from: '2026-03-01T12:00:00.001Z' }] },
    ],
    [
      'other-unit',
      'GRANTEE_MISMATCH',
      'A grant to one ward, asked for by another',
      { grants: [{ granteeTags: [WARD_1] }], request: { granteeTags: [WARD_2] } },
    ],
    [
      'nobody-in-particular-under-a-unit-s-grant',
      'GRANTEE_MISMATCH',
      'A grant to one ward, asked for without saying who asks',
      { grants: [{ granteeTags: [WARD_1] }] },
    ],
    [
      'treatment-grant-used-for-research',
      'PURPOSE_NOT_GRANTED',
      'Another purpose than granted',
      { request: { purpose: 'HRESCH' } },
    ],
    [
      'read-grant-used-to-write',
      'PERMISSION_NOT_GRANTED',
      'Another right than granted',
      { request: { permission: 'write', author: undefined } },
    ],
    [
      'write-grant-used-to-modify',
      'PERMISSION_NOT_GRANTED',
      'Who may make records may not change those of others',
      {
        grants: [{ permissions: ['write'] }],
        request: { permission: 'modify', revisedTagGroups: vital, author: LABORATORY },
      },
    ],
    [
      'author-makes-another-record',
      'NO_GRANT',
      'To have made a record gives no right to make the next',
      { grants: [], request: { author: HOSPITAL, permission: 'write' } },
    ],
    [
      'author-of-nothing-here',
      'NO_GRANT',
      'The record is of another author',
      { grants: [], request: { author: LABORATORY } },
    ],
    [
      'another-patient-as-requester',
      'NO_GRANT',
      'A patient reads the own records by right, nobody else’s',
      { request: { requester: OTHER_PATIENT } },
    ],
    [
      'grant-to-another-authority',
      'NO_GRANT',
      'A grant counts for the authority that it names',
      { grants: [{ authorityId: LABORATORY }] },
    ],
    [
      'grant-of-another-patient',
      'NO_GRANT',
      'A grant counts for the patient who made it',
      { grants: [{ patientId: OTHER_PATIENT }] },
    ],
    [
      'halves-of-two-grants',
      'PURPOSE_NOT_GRANTED',
      'The right by one grant, the purpose by another',
      { grants: [{ purposes: ['HPAYMT'] }, { grantId: id('h'), permissions: ['write'] }] },
    ],
    [
      'two-conditions-missing',
      'NO_GRANT',
      'A denial names a condition only where it alone stood in the way',
      { grants: [{ granteeTags: [WARD_1], purposes: ['HRESCH'] }] },
    ],
  ];
  return cases.map(([name, code, description, given, rule]) => {
    return { name, description, ...situationOf(given), code, ...(rule !== undefined && { rule }) };
  });
}

type Denied = [name: string, code: DenialCode, description: string, given: Given, rule?: string];

function denials(): Denied[] {
  const denied = (name: string, description: string, given: Given): Denied => {
    return [name, 'DENIED_BY_RULE', description, given, DENIAL];
  };
  const unconfirmed = (name: string, description: string, given: Given): Denied => {
    return [name, 'SCOPE_UNCONFIRMED', description, given, DENIAL];
  };
  return [
    denied('denied-whatever-is-granted', 'A denial outweighs a grant of everything', { grants: denying() }),
    denied('denied-by-the-patient', 'The patient’s denial outweighs a grant by a delegate', {
      grants: denying({}, { path: [DELEGATION] }),
    }),
    denied('denied-by-a-delegate', 'So does a delegate’s', {
      grants: denying({ path: [DELEGATION] }, { path: [DELEGATION] }),
    }),
    denied('denied-to-anybody', 'A denial to any authority', { grants: denying({ authorityId: ANY }) }),
    denied('denied-without-a-grant', 'What is denied is named, also where nothing is granted', {
      grants: [{ grantId: DENIAL, effect: 'deny' }],
    }),
    denied('denied-by-one-tag-of-many', 'One tag of one group suffices', {
      grants: denying({ scopeTags: [LAB] }),
      request: { tagGroups: vitalAndLab },
    }),
    denied('denied-to-one-unit', 'Whoever asks under a unit that is denied, whatever else it asks under', {
      grants: denying({ granteeTags: [WARD_1] }),
      request: { granteeTags: [WARD_2, WARD_1] },
    }),
    denied('denial-below-a-revoke-all', 'A revoke-all takes away: no denial ends by it', {
      policy: { revokedThroughSeq: 9 },
      grants: denying({ policySeq: 3 }, { policySeq: 10 }),
    }),
    denied('denied-for-the-time-of-the-record', 'Any time in common suffices', {
      grants: denying({ period: { start: '2026-03-01T10:59:59.999Z', end: MARCH.end } }),
      request: { period: HOUR },
    }),
    denied(
      'denied-for-the-instant-of-the-record',
      'A record of an instant lies in a denied time that begins then',
      {
        grants: denying({ period: { start: HOUR.start, end: MARCH.end } }),
        request: { period: { start: HOUR.start, end: HOUR.start } },
      },
    ),
    denied('modify-into-what-is-denied', 'The next version would hold what is denied', {
      grants: denying({ permissions: ['modify'], scopeTags: [LAB] }, { permissions: ['modify'] }),
      request: { permission: 'modify', revisedTagGroups: [[LAB]], author: LABORATORY },
    }),
    denied('modify-what-is-denied', 'The version before holds what is denied', {
      grants: denying({ permissions: ['modify'], scopeTags: [VITAL] }, { permissions: ['modify'] }),
      request: { permission: 'modify', revisedTagGroups: [[LAB]], author: LABORATORY },
    }),
    denied(
      'certain-denial-before-one-that-may-be',
      'Of several denials the one that is certain of the record',
      {
        grants: [
          {},
          { grantId: id('c'), effect: 'deny', scopeTags: [LAB] },
          { grantId: DENIAL, effect: 'deny' },
        ],
        request: { tagGroups: [] },
      },
    ),
    unconfirmed(
      'denied-scope-of-a-record-without-tags',
      'A record that does not say what it holds, to slip out',
      {
        grants: denying({ scopeTags: [LAB] }),
        request: { tagGroups: [] },
      },
    ),
    unconfirmed(
      'denied-scope-of-tags-that-nobody-confirmed',
      'Another author’s word for what the record holds',
      {
        grants: denying({ scopeTags: [LAB] }),
        request: { isUnconfirmed: true, author: LABORATORY },
      },
    ),
    unconfirmed(
      'denied-scope-of-a-version-that-nobody-confirmed',
      'A version by another author as the ledger has it, without a confirmation',
      { grants: denying({ scopeTags: [LAB] }), version: foreign() },
    ),
    unconfirmed(
      'denied-scope-of-a-resource-without-category',
      'The patient’s gateway has found a resource that may be of any category',
      {
        grants: denying({ scopeTags: [LAB] }),
        version: foreign({ tagGroups: vital, uncategorised: true }),
      },
    ),
    denied(
      'denied-scope-of-tags-that-are-corrected',
      'The author has left out what the patient’s gateway has found',
      { grants: denying({ scopeTags: [LAB] }), version: foreign({ tagGroups: vitalAndLab }) },
    ),
    [
      'scope-of-tags-that-are-corrected-away',
      'SCOPE_NOT_GRANTED',
      'The author has tagged as what is granted what is something else',
      { grants: [{ scopeTags: [VITAL] }], version: foreign({ tagGroups: [[LAB]] }) },
    ],
    [
      'period-that-is-not-granted',
      'SCOPE_NOT_GRANTED',
      'A part of the record’s time lies outside the grant’s',
      {
        grants: [{ period: { start: '2026-03-01T10:00:00.001Z', end: MARCH.end } }],
        request: { period: HOUR },
      },
    ],
    [
      'period-of-a-record-that-is-not-known',
      'SCOPE_NOT_GRANTED',
      'A grant for a time, and nothing that says of which time the record is',
      { grants: [{ period: MARCH }] },
    ],
  ];
}
