import {
  newEncryptionKey,
  newSigner,
  publicKeyOf,
  type StatementOptions,
  type TestIssuer,
  type TestOrganisation,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import type { StatementBody, StatementName } from '@careledger/contracts';
import { randomId128, type Signer } from '@careledger/crypto';
import type { ChannelName } from '@careledger/domain';
import { newHash, newTxId } from '@careledger/records-chaincode/testing';
import { functionNamed } from '../../fixtures/chaincode/functions.js';
import { adminOf, clientOf, type LedgerFixture } from './ledger-fixture.js';

/** A statement before it is signed, and by whom it should be signed. */
export interface Draft {
  readonly kind: StatementName;
  readonly issuer: TestIssuer;
  readonly signer: Signer;
  readonly body: object;
  /** A key that the issuer, or one whom it concerns, has too, but that does not sign this kind. */
  readonly otherKey: Signer;
  /** Takes the key away from the issuer; absent where the statement itself registers the key. */
  readonly retire?: () => Promise<unknown>;
}

/** What a function is called with when all is well: a statement, or what it takes instead of one. */
export type Prepared =
  | { readonly draft: Draft; readonly args?: undefined }
  | { readonly args: object; readonly draft?: undefined };

/** How a draft is signed otherwise than it should be. */
export interface Forgery extends StatementOptions {
  readonly signer?: Signer;
  readonly body?: object;
}

/** The token of a draft as it should be, or otherwise. */
export function signed(draft: Draft, { signer = draft.signer, body = draft.body, ...rest }: Forgery = {}) {
  return draft.issuer.sign(draft.kind, body as never, signer, rest);
}

/** The one argument of a function for this statement: a batch of it, or itself. */
export const argsOf = (name: string, statement: string): object =>
  functionNamed(name).definition.itemCodes === undefined ? { statement } : { items: [statement] };

/** The argument of a function as it should be. */
export const honestArgsOf = (name: string, { args, draft }: Prepared): object =>
  args ?? argsOf(name, signed(draft));

/** A patient's statement, by the consent or the gateway key. */
export function byPatient<N extends StatementName>(
  fixture: LedgerFixture,
  statement: {
    readonly channel: ChannelName;
    readonly patient: TestPatient;
    readonly use: 'consent' | 'gateway';
    readonly kind: N;
    readonly body: StatementBody<N>;
    /** The other one of the patient's, unless both sign this kind. */
    readonly otherKey?: Signer;
  },
): Prepared {
  const { channel, patient, use, kind, body } = statement;
  const other = use === 'consent' ? 'gateway' : 'consent';
  const retire = () => rotatePatientKey(fixture, patient, use, channel);
  const keys = { signer: patient[use], otherKey: statement.otherKey ?? patient[other] };
  return { draft: { kind, issuer: patient, body, ...keys, retire } };
}

/** An organisation's statement. */
export function byOrganisation<N extends StatementName>(
  fixture: LedgerFixture,
  statement: {
    readonly channel: ChannelName;
    readonly organisation: TestOrganisation;
    readonly kind: N;
    readonly body: StatementBody<N>;
    readonly otherKey: Signer;
  },
): Prepared {
  const { channel, organisation, kind, body, otherKey } = statement;
  const { signer } = organisation;
  const retire = () => rotateOrganisationKey(fixture, organisation, channel);
  return { draft: { kind, issuer: organisation, signer, body, otherKey, retire } };
}

/** The statement with which somebody registers a key of its own. */
export function byNewcomer<N extends StatementName>(
  draft: Omit<Draft, 'kind' | 'body' | 'retire'> & { readonly kind: N; readonly body: StatementBody<N> },
): Prepared {
  return { draft };
}

/** Replaces a patient's key by a new one, which signs what follows. */
export async function rotatePatientKey(
  fixture: LedgerFixture,
  patient: TestPatient,
  use: 'consent' | 'gateway',
  channel?: ChannelName,
): Promise<Signer> {
  const next = newSigner();
  const body = { use, newKey: publicKeyOf(next), newKeyProof: patient.proofOf(next) };
  const statement = patient.sign('rotatePatientKey', body, patient.consent);
  await fixture.must('patients client', 'RotatePatientKey', { statement }, channel);
  return next;
}

/** Replaces an organisation's signing key by a new one. */
async function rotateOrganisationKey(
  fixture: LedgerFixture,
  organisation: TestOrganisation,
  channel?: ChannelName,
): Promise<Signer> {
  const next = newSigner();
  const newKeyProof = organisation.proofOf(next);
  const body = { use: 'signing' as const, newKey: publicKeyOf(next), newKeyProof };
  const statement = organisation.sign('rotateOrganisationKey', body, organisation.signer);
  await fixture.must(adminOf(organisation), 'RotateOrganisationKey', { statement }, channel);
  return next;
}

/** What registers a patient, with an encryption key that is new. */
export const newRegistration = (patient: TestPatient): StatementBody<'registerPatient'> => ({
  consentKey: publicKeyOf(patient.consent),
  gatewayKey: publicKeyOf(patient.gateway),
  gatewayKeyProof: patient.proofOf(patient.gateway),
  encryptionKey: newEncryptionKey(),
});

/** What an organisation says of a patient's new consent key. */
export const vouchingOf = (patient: TestPatient, next: Signer): StatementBody<'vouchForKey'> => ({
  ...{ patientId: patient.id, reason: 'lost', newKey: publicKeyOf(next), newKeyProof: patient.proofOf(next) },
});

/** What authorities ask for and patients grant, where nothing else is said. */
export const TERMS = { permissions: ['read' as const], purposes: ['TREAT' as const] };

/** A subscription that an authority has asked a patient for: its id. */
export async function pendingSubscription(
  fixture: LedgerFixture,
  patient: TestPatient,
  {
    by = fixture.hospital,
    asked = {},
  }: {
    readonly by?: TestOrganisation;
    /** Besides {@link TERMS}. */
    readonly asked?: Partial<StatementBody<'requestSubscription'>>;
  } = {},
): Promise<string> {
  const sid = randomId128();
  const body = { patientId: patient.id, ...TERMS, ...asked };
  const statement = by.sign('requestSubscription', body, by.signer, { sid });
  await fixture.must(clientOf(by), 'RequestSubscription', { statement });
  return sid;
}

/** A grant that let the hospital keep a copy, and was revoked: its id. */
export async function endedCopy(fixture: LedgerFixture, patient: TestPatient): Promise<string> {
  const copy = { purpose: 'TREAT' as const, unitHash: newHash() };
  const subscriptionId = await pendingSubscription(fixture, patient, { asked: { copy } });
  const grantId = await fixture.granted(patient, fixture.hospital, { copy, subscriptionId }, 'authorities');
  await fixture.must('patients client', 'Revoke', { items: [patient.revoke(grantId)] }, 'authorities');
  return grantId;
}

/** What an attestor says of a transaction. */
export const attestationOf = (
  fixture: LedgerFixture,
  body: Partial<StatementBody<'attestation'>> = {},
): StatementBody<'attestation'> => ({
  network: fixture.target.networkId,
  channel: 'cloud',
  block: 7,
  blockHash: newTxId(),
  txId: newTxId(),
  envelopeHash: newHash(),
  code: 'VALID',
  ...body,
});

/** A visit of a patient, now. */
export const visitOf = (
  fixture: LedgerFixture,
  patientId: string,
  body: Partial<StatementBody<'visit'>> = {},
): StatementBody<'visit'> => ({
  patientId,
  at: fixture.time(),
  dataHash: newHash(),
  location: 'sealed',
  ...body,
});

/** What an authority says of a direct notice that it has shown. */
export const readingOf = (
  fixture: LedgerFixture,
  { patientId, recordId, manifestHash }: { patientId: string; recordId: string; manifestHash: string },
  body: Partial<StatementBody<'noticeReading'>> = {},
): StatementBody<'noticeReading'> => ({
  patientId,
  recordId,
  version: 1,
  manifestHash,
  purpose: 'ETREAT',
  granteeTags: [],
  readAt: fixture.time(),
  decidedBy: 'peer',
  ...body,
});
