import type { ChaincodeCheck } from './chaincode-locations.js';
import { EVERY, except, type Mutant } from './mutant.js';

/** The attempts to register a key by this function without a proof of its own that the key's holder agrees. */
const everyProofOf = (name: string) =>
  ['no proof', 'a proof by another key', 'a proof for another holder', 'a proof for another network'].map(
    (proof) => `${name}, ${proof}`,
  );

/**
 * The chaincode with checks off, and which attempts then get through; all others are refused as before. Most checks stand
 * alone. Where two hold against the same attempt, neither lets it through by itself, and they are off together.
 */
export const CHAINCODE_MUTANTS: readonly Mutant<ChaincodeCheck>[] = [
  {
    off: ['channel'],
    through: {
      'wrong-channel': except(
        'RejectSubscription',
        'CancelSubscription',
        'AttestCopyEnd',
        'StoreRecords',
        'ReviseRecords',
        'AttestWraps',
        'RequestAccess',
        'RelateVisit',
        'GetRecord',
        'GetAnnouncement',
        'GetAccess',
      ),
    },
  },
  { off: ['own-admin'], through: { 'not-of-operator': EVERY } },
  {
    off: ['argument'],
    through: {
      'more-arguments': except('Decide', 'GetPractitioner', 'GetRecord', 'GetAnnouncement', 'GetAccess'),
    },
  },
  {
    off: ['member'],
    through: {
      'as-peer': except(
        'RegisterPatient',
        'VouchForKey',
        'RegisterAuthority',
        'RegisterProvider',
        'RotateOrganisationKey',
        'RegisterPractitioner',
        'RegisterAttestor',
        'WithdrawAttestor',
        'Grant',
        'Delegate',
        'RequestSubscription',
        'CancelSubscription',
        'AttestCopyEnd',
        'StoreRecords',
        'ReviseRecords',
        'AnnounceRecords',
        'ConfirmRecordTags',
        'AttestWraps',
        'AnchorHeads',
        'RequestAccess',
        'AnchorReadings',
        'RecordVisit',
        'RelateVisit',
        'Decide',
        'GetPractitioner',
        'GetRecord',
        'GetAnnouncement',
        'GetAccess',
      ),
    },
  },
  {
    off: ['patients-msp'],
    through: {
      'not-for-authority': ['RegisterPatient', 'Grant', 'Delegate', 'ConfirmRecordTags', 'AnchorHeads'],
      'not-for-provider': ['Grant', 'Delegate', 'ConfirmRecordTags'],
    },
  },
  { off: ['enroller'], through: { 'not-for-relay': ['RegisterPatient'] } },
  {
    off: ['admin'],
    through: {
      'not-for-authority': ['RegisterProvider', 'RotateOrganisationKey', 'WithdrawAttestor'],
      'not-for-provider': ['RegisterAuthority', 'RegisterAttestor'],
      'as-peer': ['RegisterProvider'],
    },
  },
  {
    off: ['authority'],
    through: {
      'not-for-operator': [
        'VouchForKey',
        'RegisterPractitioner',
        'RequestSubscription',
        'CancelSubscription',
        'AttestCopyEnd',
        'AnnounceRecords',
        'AnchorReadings',
        'RecordVisit',
      ],
      'as-peer': [
        'VouchForKey',
        'RegisterPractitioner',
        'RequestSubscription',
        'CancelSubscription',
        'AttestCopyEnd',
      ],
    },
  },
  {
    off: ['provider'],
    through: {
      'not-for-relay': ['RelateVisit'],
      'not-for-authority': ['RelateVisit'],
      'not-for-operator': ['StoreRecords', 'ReviseRecords', 'AttestWraps', 'RequestAccess', 'RelateVisit'],
    },
  },
  { off: ['kind-read', 'kind-checked'], through: { 'other-kind': except('Revoke') } },
  {
    off: ['audience'],
    through: {
      'other-network': EVERY,
      'unproved-key': [
        'RegisterPatient, a proof for another network',
        'RotatePatientKey, a proof for another network',
        'RotateOrganisationKey of an authority, a proof for another network',
        'RotateOrganisationKey of a provider, a proof for another network',
        'RegisterPractitioner, a proof for another network',
      ],
    },
  },
  { off: ['statement-channel'], through: { 'other-channel': EVERY } },
  {
    off: ['body'],
    through: {
      'more-members': except('RegisterPatient', 'RegisterAuthority', 'RegisterProvider', 'RegisterAttestor'),
    },
  },
  { off: ['future'], through: { 'from-future': EVERY } },
  { off: ['expiry'], through: { 'old-request': EVERY } },
  { off: ['signature'], through: { 'named-key': EVERY, 'moved-signature': EVERY } },
  {
    off: ['signer-role'],
    through: {
      'other-use': [
        'RotatePatientKey',
        'ObjectToRecovery',
        'Grant',
        'Revoke',
        'Delegate',
        'EndDelegation',
        'RejectSubscription',
        'ConfirmRecordTags',
        'AnchorHeads',
      ],
      'foreign-check-in': ['of a gateway with nobody there'],
      'delegate-takes-over': EVERY,
    },
  },
  { off: ['current-key'], through: { 'retired-key': EVERY } },
  {
    off: ['repeated', 'id-reuse'],
    through: {
      'id-reused': [
        'VouchForKey',
        'RegisterPractitioner',
        'RegisterAttestor',
        'CancelSubscription',
        'AttestCopyEnd',
        'AnchorReadings',
        'AttestWraps',
        'RequestAccess',
        'ReportReadings',
        'AttestTransactions',
      ],
      'withdrawn-practitioner-back': EVERY,
      'denial-undone': EVERY,
      'denial-overwritten': EVERY,
    },
  },
  {
    off: ['id-reuse'],
    through: {
      'id-reused': [
        'VouchForKey',
        'RegisterPractitioner',
        'RegisterAttestor',
        'CancelSubscription',
        'AttestCopyEnd',
        'AnchorReadings',
        'AttestWraps',
        'RequestAccess',
        'ReportReadings',
        'AttestTransactions',
      ],
      'denial-overwritten': EVERY,
    },
  },
  { off: ['batch-subject'], through: { 'two-of-one': ['RequestAccess, of one version'] } },
  {
    off: ['batch-subject', 'batch-overlap'],
    through: { 'two-of-one': EVERY, 'two-patients-one-id': EVERY },
  },
  { off: ['batch-overlap'], through: { 'two-patients-one-id': EVERY } },
  {
    off: ['key-proof-holder'],
    through: {
      'unproved-key': except(
        'RegisterPatient, a proof for another network',
        'RotatePatientKey, no proof',
        'RotatePatientKey, a proof for another network',
        'RotateOrganisationKey of an authority, no proof',
        'RotateOrganisationKey of an authority, a proof for another network',
        'RotateOrganisationKey of a provider, no proof',
        'RotateOrganisationKey of a provider, a proof for another network',
        'RegisterPractitioner, a proof for another network',
      ),
    },
  },
  { off: ['patient-id'], through: { 'foreign-pseudonym': EVERY } },
  { off: ['consent-not-delegated'], through: { 'consent-key-delegated': EVERY } },
  { off: ['patient-exists'], through: { 'registered-again': EVERY } },
  {
    off: ['key-proof-registration'],
    through: {
      'unproved-key': everyProofOf('RegisterPatient'),
    },
  },
  {
    off: ['key-proof-patient'],
    through: {
      'unproved-key': everyProofOf('RotatePatientKey'),
    },
  },
  {
    off: ['key-proof-authority'],
    through: {
      'unproved-key': everyProofOf('RotateOrganisationKey of an authority'),
    },
  },
  {
    off: ['key-proof-provider'],
    through: {
      'unproved-key': everyProofOf('RotateOrganisationKey of a provider'),
    },
  },
  {
    off: ['key-proof-practitioner'],
    through: {
      'unproved-key': everyProofOf('RegisterPractitioner'),
    },
  },
  { off: ['key-unchanged', 'key-reused'], through: { 'old-key-again': EVERY, 'same-key-again': EVERY } },
  { off: ['key-reused'], through: { 'old-key-again': EVERY } },
  { off: ['authority-issuer'], through: { 'foreign-statement-id-space': ['RegisterAuthority'] } },
  { off: ['provider-issuer'], through: { 'foreign-statement-id-space': ['RegisterProvider'] } },
  { off: ['attestor-issuer'], through: { 'foreign-statement-id-space': ['RegisterAttestor'] } },
  { off: ['authority-id'], through: { 'foreign-organisation-id': ['an authority’s, free'] } },
  { off: ['provider-id'], through: { 'foreign-organisation-id': ['a provider’s, free'] } },
  { off: ['authority-exists'], through: { 'organisation-again-authority': EVERY } },
  { off: ['provider-exists'], through: { 'organisation-again-provider': EVERY } },
  { off: ['attestor-withdrawn', 'attestor-known'], through: { 'withdrawn-attestor-again': EVERY } },
  { off: ['attestor-limit'], through: { 'too-many-attestors': EVERY } },
  {
    off: ['attestor-in-force'],
    through: { 'withdrawn-attestor-attests': ['a withdrawn key'], 'withdrawn-attestor-again': EVERY },
  },
  {
    off: ['own-statement'],
    through: {
      'not-of-authority': [
        'VouchForKey',
        'RegisterPractitioner',
        'RequestSubscription',
        'CancelSubscription',
        'AttestCopyEnd',
      ],
    },
  },
  { off: ['tombstone'], through: { 'held-back-grant': ['a single revocation'] } },
  { off: ['revoked-before-recorded'], through: { 'held-back-grant': ['a revocation of everything'] } },
  {
    off: ['revoked-through'],
    through: {
      'replayed-grant': ['a revocation of everything'],
      'no-grant': ['one under a revocation of everything'],
    },
  },
  {
    off: ['revoked-singly'],
    through: {
      'replayed-grant': ['a single revocation'],
      'no-grant': ['one that was revoked'],
      'no-detail': ['after the grant that included them was revoked'],
    },
  },
  {
    off: ['policy-read'],
    through: {
      'replayed-grant': ['a revocation of everything'],
      'no-grant': ['one under a revocation of everything'],
      'permit-overtaken': EVERY,
    },
  },
  { off: ['policy-seq'], through: { 'policy-seq-reused': EVERY } },
  { off: ['grant-period'], through: { 'senseless-period': EVERY } },
  { off: ['grantee-known'], through: { 'unknown-grantee': EVERY } },
  { off: ['grant-limit'], through: { 'too-many-grants': EVERY } },
  { off: ['delegate-within'], through: { 'delegate-exceeds': EVERY } },
  {
    off: ['delegation-in-force'],
    through: { 'delegate-outlives': except('with an appointment that was held back') },
  },
  {
    off: ['delegation-tombstone'],
    through: { 'delegate-outlives': ['with an appointment that was held back'] },
  },
  { off: ['delegate-revokes-own'], through: { 'delegate-undoes': EVERY } },
  { off: ['delegate-ids'], through: { 'delegate-outruns': ['its id'] } },
  { off: ['delegate-gives-way'], through: { 'delegate-outruns': ['its id'] } },
  { off: ['delegate-tombstones'], through: { 'delegate-outruns': ['its id, for a revocation'] } },
  { off: ['delegate-counts'], through: { 'delegate-outruns': ['its number'] } },
  { off: ['subscription-of-authority'], through: { 'foreign-subscription': ['CancelSubscription'] } },
  { off: ['subscription-of-grantee'], through: { 'foreign-subscription': ['Grant that names it'] } },
  { off: ['subscription-pending'], through: { 'answered-subscription': EVERY } },
  { off: ['subscription-shown'], through: { 'request-shown-otherwise': EVERY } },
  { off: ['subscription-given'], through: { 'answer-beyond-request': EVERY } },
  { off: ['subscription-over'], through: { 'veto-rewritten': EVERY } },
  { off: ['subscription-id'], through: { 'taken-subscription-id': EVERY } },
  { off: ['subscription-patient'], through: { 'unknown-patient': ['RequestSubscription'] } },
  { off: ['subscription-limit'], through: { 'flood-of-requests': EVERY } },
  { off: ['practitioner'], through: { 'no-practitioner': EVERY, 'reading-no-practitioner': EVERY } },
  { off: ['grants-of-requester', 'grant-of-requester'], through: { 'no-grant': ['another authority’s'] } },
  {
    off: ['permission'],
    through: { 'writes-with-another-right': EVERY, 'modifies-ungranted': EVERY, 'other-right': EVERY },
  },
  { off: ['grantee'], through: { 'writes-with-another-unit': EVERY, 'other-unit': EVERY } },
  { off: ['purpose'], through: { 'writes-with-another-purpose': EVERY, 'other-purpose': EVERY } },
  { off: ['detail'], through: { 'no-detail': EVERY } },
  { off: ['scope'], through: { 'modifies-by-its-word': EVERY, 'modifies-a-mixture': EVERY } },
  {
    off: ['scope', 'scope-revised'],
    through: {
      'writes-with-another-scope': EVERY,
      'modifies-by-its-word': EVERY,
      'modifies-out-of-scope': EVERY,
      'modifies-a-mixture': EVERY,
      'other-scope': EVERY,
      'other-time': EVERY,
      'reading-unknown': ['not stored, under a scope'],
      'reading-out-of-scope': EVERY,
    },
  },
  { off: ['scope-revised'], through: { 'modifies-out-of-scope': EVERY } },
  { off: ['period-within'], through: { 'other-time': EVERY } },
  {
    off: ['denial'],
    through: {
      denied: EVERY,
      'denied-unconfirmed': EVERY,
      'denied-writes': EVERY,
      'denial-held-back': EVERY,
    },
  },
  { off: ['denial-touches'], through: { denied: ['by one tag of many'] } },
  { off: ['denial-unconfirmed'], through: { 'denied-unconfirmed': EVERY } },
  { off: ['denial-after-revoke-all'], through: { 'denial-held-back': EVERY } },
  { off: ['denial-whole'], through: { 'denial-without-sense': EVERY } },
  { off: ['denial-relayed'], through: { 'grant-as-revocation': EVERY } },
  {
    off: ['every-group'],
    through: { 'modifies-a-mixture': EVERY, 'other-scope': ['of which it covers a part'] },
  },
  {
    off: ['no-groups'],
    through: {
      'other-scope': ['that does not say what it holds'],
      'reading-unknown': ['not stored, under a scope'],
    },
  },
  { off: ['in-force'], through: { 'writes-with-a-grant-that-is-over': EVERY, 'grant-over': EVERY } },
  { off: ['gateway-of-patient', 'class-of-author'], through: { 'of-another-patient': EVERY } },
  {
    off: ['class-of-kind'],
    through: {
      'of-another-class': [
        'StoreRecords, an authority',
        'StoreRecords, a gateway',
        'AnnounceRecords, an authority',
      ],
    },
  },
  {
    off: ['class-of-author', 'record-kind'],
    through: {
      'of-another-class': ['ReviseRecords, an authority over the patient’s'],
      'kind-changed': EVERY,
    },
  },
  { off: ['record-kind'], through: { 'kind-changed': EVERY } },
  { off: ['record-id'], through: { 'first-to-an-id': EVERY } },
  {
    off: ['denied'],
    through: {
      'denied-writes': EVERY,
      'writes-with-no-grant': EVERY,
      'writes-with-another-right': EVERY,
      'writes-with-another-purpose': EVERY,
      'writes-with-another-unit': EVERY,
      'writes-with-another-scope': EVERY,
      'writes-with-a-grant-that-is-over': EVERY,
      'modifies-by-its-word': EVERY,
      'modifies-out-of-scope': EVERY,
      'modifies-a-mixture': EVERY,
      'modifies-ungranted': EVERY,
    },
  },
  { off: ['stored-tags'], through: { 'modifies-by-its-word': EVERY, 'modifies-a-mixture': EVERY } },
  {
    off: ['provider-named'],
    through: {
      'not-of-authority': ['StoreRecords', 'ReviseRecords'],
      'not-of-provider': ['StoreRecords', 'ReviseRecords'],
    },
  },
  {
    off: ['first-version'],
    through: {
      'other-history': ['StoreRecords, a second version', 'StoreRecords, a first that follows one'],
    },
  },
  { off: ['record-exists'], through: { 'same-version': ['StoreRecords'] } },
  {
    off: ['next-version'],
    through: { 'other-history': ['ReviseRecords, after another', 'ReviseRecords, one too far'] },
  },
  { off: ['version-not-yet'], through: { 'before-its-version': ['as if it followed none'] } },
  { off: ['announced-exists'], through: { 'same-version': ['AnnounceRecords'] } },
  {
    off: ['announced-history'],
    through: {
      'other-history': ['AnnounceRecords, a first that follows one', 'AnnounceRecords, after another'],
    },
  },
  {
    off: ['relay'],
    through: {
      'not-of-authority': ['RequestAccess'],
      'not-of-provider': ['RequestAccess'],
      'another-relay': ['a new request'],
    },
  },
  { off: ['confirmation-patient'], through: { 'confirms-foreign': EVERY } },
  { off: ['confirmation-author'], through: { 'confirms-own-record': EVERY } },
  { off: ['confirmation-manifest'], through: { 'confirms-other-version': EVERY } },
  { off: ['confirmation-seq'], through: { 'confirms-out-of-turn': EVERY } },
  { off: ['relay-again'], through: { 'another-relay': ['the same one again'] } },
  { off: ['record-found'], through: { 'unknown-record': EVERY } },
  { off: ['permit-until'], through: { 'permit-outlasts-grant': EVERY } },
  { off: ['notice-manifest'], through: { 'reading-unknown': ['another manifest'] } },
  { off: ['visit-own'], through: { 'not-of-authority': ['RecordVisit'] } },
  { off: ['check-in-patient'], through: { 'foreign-check-in': ['another patient’s'] } },
  { off: ['check-in-authority'], through: { 'foreign-check-in': ['for another authority'] } },
  { off: ['check-in-window'], through: { 'foreign-check-in': ['of another day'] } },
  { off: ['check-in-used'], through: { 'foreign-check-in': ['used for another visit'] } },
  {
    off: ['check-in-dated'],
    through: { 'made-up-check-in': ['of today, that does not say when it was made'] },
  },
  { off: ['check-in-dated', 'check-in-age'], through: { 'made-up-check-in': EVERY } },
  { off: ['check-in-age'], through: { 'made-up-check-in': ['that is dated back'] } },
  { off: ['head-follows'], through: { 'other-head': EVERY } },
  { off: ['head-rises'], through: { 'lower-head': EVERY } },
  { off: ['forked'], through: { 'forked-chain': EVERY } },
  { off: ['fork-of-patient'], through: { 'made-up-fork': ['blocks of another patient'] } },
  { off: ['fork-height'], through: { 'made-up-fork': ['two heights'] } },
  { off: ['fork-differs'], through: { 'made-up-fork': ['one block twice'] } },
  { off: ['fork-retired'], through: { 'retired-key-convicts': EVERY } },
  { off: ['attested-network'], through: { 'attested-elsewhere': EVERY } },
  { off: ['attested-once'], through: { 'attested-twice': EVERY } },
];
