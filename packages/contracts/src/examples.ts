import { EXAMPLE, EXAMPLE_CIPHERTEXT, EXAMPLE_JWE, exampleJws } from '@careledger/domain/examples';
import type {
  AccessState,
  AnnouncedRecordState,
  DelegationState,
  ForkState,
  GrantState,
  HeadState,
  RecoveryState,
  SubscriptionState,
  VisitState,
} from './state.js';
import { STATEMENTS, type StatementBody, type StatementName } from './statements/kinds.js';

/** What the ledgers show of the cast of {@link EXAMPLE}: made up, for the services' OpenAPI descriptions. */

export { EXAMPLE, EXAMPLE_CIPHERTEXT, EXAMPLE_JWE, exampleJws };

const { patientId, authorityId, providerId, practitionerId, recordId, txId } = EXAMPLE;
const [first, second, third, fourth, fifth] = EXAMPLE.at;

/** A statement by the patient, unless told, for the ledgers. @param body some of what it says */
export const exampleStatement = <N extends StatementName>(
  name: N,
  body: Partial<StatementBody<N>>,
  iss: string = patientId,
): string =>
  exampleJws(STATEMENTS[name].typ, {
    iss,
    aud: EXAMPLE.network,
    channels: ['authorities', 'cloud'],
    sid: EXAMPLE.statementId,
    iat: Date.parse(third) / 1000,
    body,
  });

export const grantState: GrantState = {
  patientId,
  grantId: EXAMPLE.grantId,
  policySeq: 1,
  authorityId,
  granteeTags: [],
  permissions: ['read', 'write'],
  scopeTags: [EXAMPLE.tag],
  purposes: ['TREAT', 'ETREAT'],
  from: second,
  until: EXAMPLE.until,
  delegable: false,
  subscriptionId: EXAMPLE.subscriptionId,
  askedScopeHash: EXAMPLE.hash,
  sealed: EXAMPLE_JWE,
  recordedAt: third,
  txId,
};

export const delegationState: DelegationState = {
  ...{ patientId, delegationId: EXAMPLE.grantId, policySeq: 1, kind: 'carer', key: EXAMPLE.publicKey },
  ...{ acts: ['approve', 'grant', 'revoke'], permissions: ['read'], purposes: ['TREAT', 'ETREAT'] },
  ...{ scopeTags: [EXAMPLE.tag], until: EXAMPLE.until, further: 0, sealed: EXAMPLE_JWE },
  ...{ path: [EXAMPLE.grantId], appointedAt: third, txId },
};

/** What an organisation says that opens a recovery. */
export const openingVouch: StatementBody<'vouchForKey'> = {
  ...{ patientId, reason: 'lost', newKey: EXAMPLE.otherPublicKey },
  newKeyProof: exampleStatement('keyProof', { subject: patientId, key: EXAMPLE.otherPublicKey }),
};
export const confirmingVouch: StatementBody<'vouchForKey'> = {
  ...openingVouch,
  confirms: EXAMPLE.statementId,
};

/** Of the second organisation's word on. */
export const recoveryState: RecoveryState = {
  ...{ patientId, recoveryId: EXAMPLE.statementId, reason: 'lost', newKey: EXAMPLE.otherPublicKey },
  ...{ openedBy: authorityId, openedAt: first, confirmedBy: 'aut_insurer', confirmedAt: second },
  ...{ takesEffectAt: '2026-03-03T08:00:00.000Z', lapsesAt: '2026-03-09T08:00:00.000Z' },
  statements: [
    exampleStatement('vouchForKey', openingVouch, authorityId),
    exampleStatement('vouchForKey', confirmingVouch, 'aut_insurer'),
  ],
};

export const subscriptionState: SubscriptionState = {
  subscriptionId: EXAMPLE.subscriptionId,
  patientId,
  authorityId,
  permissions: ['read', 'write'],
  purposes: ['TREAT', 'ETREAT'],
  until: EXAMPLE.until,
  scopeHash: EXAMPLE.hash,
  lapsesAt: EXAMPLE.until,
  sealed: EXAMPLE_JWE,
  status: 'approved',
  grantId: EXAMPLE.grantId,
  requestedAt: first,
  decidedAt: second,
};

export const announcedRecordState: AnnouncedRecordState = {
  patientId,
  recordId,
  seed: EXAMPLE.hash,
  version: 1,
  prevVersionHash: null,
  author: patientId,
  kind: 'periodic',
  period: { start: first, end: fourth },
  providerId,
  manifestHash: EXAMPLE.prevHash,
  tagGroups: [[EXAMPLE.tag, EXAMPLE.otherTag]],
  storeTxId: txId,
  announcedAt: fifth,
  txId: EXAMPLE.laterTxId,
};

export const headState: HeadState = {
  patientId,
  height: 42,
  hash: EXAMPLE.hash,
  prevHeight: 41,
  prevHash: EXAMPLE.prevHash,
  anchoredAt: third,
  txId,
};

export const accessState: AccessState = {
  patientId,
  basis: 'request',
  requestSid: EXAMPLE.requestSid,
  requester: authorityId,
  practitionerId,
  recordId,
  version: 1,
  purpose: 'TREAT',
  throughProviderId: EXAMPLE.otherProviderId,
  releasingProviderId: providerId,
  decision: 'permit',
  reason: 'GRANT',
  policyVersion: 1,
  policyHash: EXAMPLE.hash,
  grantId: EXAMPLE.grantId,
  at: fifth,
  releaseBefore: '2026-03-02T09:05:03.611Z',
  txId,
};

export const visitState: VisitState = {
  patientId,
  at: fourth,
  dataHash: EXAMPLE.hash,
  location: EXAMPLE_JWE,
  checkIn: exampleStatement('checkIn', { authorityId }),
  visitId: EXAMPLE.visitId,
  authorityId,
  confirmed: true,
  recordedAt: fifth,
  txId,
};

export const forkState: ForkState = {
  patientId,
  height: 42,
  blocks: [
    `{"body":{"frameCount":64},"height":42,"prev":"${EXAMPLE.prevHash}"}`,
    `{"body":{"frameCount":63},"height":42,"prev":"${EXAMPLE.prevHash}"}`,
  ],
  convicted: [EXAMPLE.publicKey],
  reportedAt: fifth,
  txId,
};
