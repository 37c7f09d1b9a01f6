import {
  FORMER_PATIENT_KEY_TAKEN_S,
  STATEMENTS,
  type AuthorityState,
  type KeyPeriod,
  type PatientState,
} from '@careledger/contracts';
import type { SignatureVerifier } from '@careledger/crypto';
import { timestampOf } from '@careledger/domain';
import { EnvelopeError, checkManifest, checkWrapSet } from '@careledger/envelope';
import { askedOnce, problemOfLedger } from '@careledger/ledger/service';
import { currentKey, everyKey, isCurrentKid } from '@careledger/policy';
import { checkStatement } from '@careledger/statements';
import type { Clock } from '../clock.js';
import type { OwnPeer } from '../ledger/own-peer.js';
import { refusal } from '../ledger/refusal.js';
import { isBodyOf, problemOfStatement } from '../ledger/statements.js';
import type { ProblemCode } from '../problems.js';
import { recipientKids } from '../wraps/recipients.js';
import { problemOfWraps } from '../wraps/wrap-set.js';
import type { IncomingVersion } from './incoming.js';

export interface AuthorCheckOptions {
  readonly ownPeer: OwnPeer;
  readonly networkId: string;
  readonly verifier: SignatureVerifier;
  readonly clock: Clock;
}

/** Whose keys count for a version, as the ledger has them. */
interface Author {
  readonly signingKeys: readonly KeyPeriod[];
  readonly recipientKeys: readonly KeyPeriod[];
}

/** What the own peer has of those who are named in some versions. */
export interface Registered {
  /** Before the peer was asked: what it answers was so at this time or later. */
  readonly askedMs: number;
  /** Those of the patients that are registered, by id. */
  readonly patients: ReadonlyMap<string, PatientState>;
  /** @throws LedgerError, AUTHORITY_UNKNOWN among others */
  readonly authority: (authorityId: string) => Promise<AuthorityState>;
}

/** Asks once for the patients of many versions. @throws ProblemError LEDGER_UNAVAILABLE */
export async function registeredFor(
  versions: readonly Pick<IncomingVersion, 'statement'>[],
  { ownPeer, clock }: Pick<AuthorCheckOptions, 'ownPeer' | 'clock'>,
): Promise<Registered> {
  const askedMs = clock().wallMs;
  const patientIds = new Set(versions.map(({ statement }) => statement.body.patientId));
  try {
    const patients = await ownPeer.patients([...patientIds]);
    return { askedMs, patients, authority: askedOnce((id) => ownPeer.authority(id)) };
  } catch (error) {
    throw problemOfLedger<ProblemCode>(error, 'RECORD_REFUSED');
  }
}

/**
 * Checks that statement, manifest and wrap set are signed by the author whom they name, with the keys that this
 * provider's own peer has, and that the author let in the patient and itself. Until then nothing is written: what anybody
 * sends in somebody's name leaves no trace.
 * @returns when the author's keys were current, for the acceptance of the wrap set
 * @throws ProblemError RECORD_REFUSED, MANIFEST_REFUSED, WRAPS_REFUSED, LEDGER_UNAVAILABLE
 */
export async function checkAuthor(
  incoming: IncomingVersion,
  registered: Registered,
  options: AuthorCheckOptions,
): Promise<string> {
  const { issuer, body } = incoming.statement;
  const { askedMs } = registered;
  const { patient, author } = await authorOf(issuer, body.patientId, registered);
  assertStatement(incoming, author, askedMs, options);
  assertManifest(incoming, author, options.verifier);
  assertWraps(incoming, { patient, author, askedMs }, options.verifier);
  return timestampOf(askedMs);
}

async function authorOf(
  issuer: string,
  patientId: string,
  { patients, authority }: Registered,
): Promise<{ patient: PatientState; author: Author }> {
  if (issuer.startsWith('pat_') && issuer !== patientId)
    throw refusal('RECORD_REFUSED', 'AUTHOR_MISMATCH', 'A gateway writes for its own patient');
  const patient = patients.get(patientId);
  if (patient === undefined)
    throw refusal('RECORD_REFUSED', 'PATIENT_UNKNOWN', 'No such patient is registered');
  if (issuer === patientId) return { patient, author: gatewayOf(patient) };
  try {
    return { patient, author: signerOf(await authority(issuer)) };
  } catch (error) {
    throw problemOfLedger<ProblemCode>(error, 'RECORD_REFUSED');
  }
}

const gatewayOf = ({ gatewayKeys, encryptionKeys }: PatientState): Author => ({
  signingKeys: gatewayKeys,
  recipientKeys: encryptionKeys,
});
const signerOf = ({ signingKeys, encryptionKeys }: AuthorityState): Author => ({
  signingKeys,
  recipientKeys: encryptionKeys,
});

function assertStatement(
  { statement }: IncomingVersion,
  { signingKeys }: Author,
  nowMs: number,
  { networkId, verifier }: AuthorCheckOptions,
): void {
  try {
    checkStatement(statement.statement, {
      typ: STATEMENTS.storeRecord.typ,
      audience: networkId,
      channel: 'cloud',
      isBody: (body) => isBodyOf('storeRecord', body),
      now: Math.floor(nowMs / 1000),
      publicKeyOf: (kid) => (isCurrentKid(signingKeys, kid) ? currentKey(signingKeys) : undefined),
      verifier,
    });
  } catch (error) {
    throw problemOfStatement(error, 'RECORD_REFUSED');
  }
}

/** A former key may have signed it: the statement, signed by the current one, names it by its hash. */
function assertManifest(
  { request, statement }: IncomingVersion,
  { signingKeys }: Author,
  verifier: SignatureVerifier,
): void {
  const { recordId, patientId } = statement.body;
  try {
    checkManifest(request.manifest, { recordId, patientId }, { keys: everyKey(signingKeys), verifier });
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error;
    throw refusal('MANIFEST_REFUSED', error.code, error.message, { cause: error });
  }
}

function assertWraps(
  { request, manifest, wraps }: IncomingVersion,
  {
    patient,
    author,
    askedMs,
  }: { readonly patient: PatientState; readonly author: Author; readonly askedMs: number },
  verifier: SignatureVerifier,
): void {
  try {
    const signers = { author: author.signingKeys, gateway: [] };
    checkWrapSet(request.wrapSet, request.manifest, manifest, { ...signers, verifier });
  } catch (error) {
    throw problemOfWraps(error);
  }
  const kids = new Set(wraps.map(({ kid }) => kid));
  // The patient's own gateway keeps what opens its records until they are wrapped to the key in force.
  const isOwn = author.recipientKeys === patient.encryptionKeys;
  const patients = isOwn ? patient.encryptionKeys : takenAt(patient.encryptionKeys, askedMs);
  for (const [who, keys] of [
    ['patient', patients],
    ['author', author.recipientKeys],
  ] as const)
    if (recipientKids(keys).every((kid) => !kids.has(kid)))
      throw refusal('WRAPS_REFUSED', 'RECIPIENT_MISSING', `The set has no wrap for the record’s ${who}`);
}

/** Without those that were replaced so long ago that every author has heard: the patient may have none of them any more. */
const takenAt = (periods: readonly KeyPeriod[], nowMs: number): KeyPeriod[] =>
  periods.filter(
    ({ until }) => until === undefined || nowMs - Date.parse(until) < FORMER_PATIENT_KEY_TAKEN_S * 1000,
  );
