import {
  fromBase64url,
  fromUtf8,
  CryptoError,
  type SignatureVerifier,
  type X25519KeyPair,
} from '@careledger/crypto';
import { records, type AccessState, type PatientState, type StoredRecordState } from '@careledger/contracts';
import { EnvelopeError, openRecord, readWrap, type Manifest, type WrapSigners } from '@careledger/envelope';
import { FhirError, readRecordContent } from '@careledger/fhir';
import { orUndefined } from '@careledger/ledger';
import { onLedger } from '@careledger/ledger/service';
import { everyKey } from '@careledger/policy';
import type { AccessAnswer, ReleasedRecord } from '@careledger/protocol';
import type { Channels } from '../ledger-port.js';
import type { Registrations } from '../policy/registrations.js';
import { problem } from '../problems.js';
import type { CloudWitnesses } from './cloud-witnesses.js';
import { Unread } from './read-gate.js';

/** When asking again is worth it: the patient’s gateway wraps in the background. */
const WRAP_RETRY_S = 60;

export interface OpeningOptions {
  readonly authorityId: string;
  readonly channels: Channels;
  readonly witnesses: CloudWitnesses;
  readonly registrations: Registrations;
  readonly verifier: SignatureVerifier;
  /** Every key to which records may be wrapped: all generations, break-glass keys too. */
  readonly keys: readonly X25519KeyPair[];
}

/** What this authority asked for. */
export interface Asked {
  readonly requestSid: string;
  readonly patientId: string;
  readonly recordId: string;
  readonly version?: number;
  /** Provider through which the request went, and no other. */
  readonly relay: string;
}

/** A permit names the version that it is for and the provider that holds it. */
export type Permit = AccessState & { readonly version: number; readonly releasingProviderId: string };

/** A record that was checked and opened. */
export interface Opened {
  /** FHIR R4 JSON as its author wrote it; for the gate to give out. */
  readonly json: Unread<string>;
  readonly manifest: Manifest;
  readonly manifestHash: string;
  readonly access: Permit;
  /** The version as it stands on channel `cloud`. */
  readonly stored: StoredRecordState;
}

/**
 * Checks everything that a provider said against the ledger and the author's signature, and opens the record. What an
 * author wrote is checked as well: about this patient, by this author, of its kind.
 * @throws ProblemError PERMIT_NOT_COMMITTED, RECORD_ALTERED, RECORD_NOT_WRAPPED, LEDGER_UNAVAILABLE
 */
export async function openReleased(
  answer: AccessAnswer,
  asked: Asked,
  options: OpeningOptions,
): Promise<Opened> {
  const [access, stored] = await Promise.all([
    committedPermit(answer, asked, options),
    storedVersion(answer, asked, options),
  ]);
  const { patientId } = asked;
  const released = { record: answer.record, access, stored };
  const patient = await onLedger(() => options.registrations.patient(patientId));
  try {
    return await open(released, patient, options);
  } catch (cause) {
    if (!isSignerUnknown(cause)) throw refusalOf(cause);
  }
  // The key may be younger than what is kept here of the patient.
  const fresh = await onLedger(() => options.registrations.refreshPatient(patientId));
  try {
    return await open(released, fresh, options);
  } catch (cause) {
    throw refusalOf(cause);
  }
}

/** What a provider released, with what the ledger has of it. */
interface Released {
  readonly record: ReleasedRecord;
  readonly access: Permit;
  readonly stored: StoredRecordState;
}

async function open(
  { record, access, stored }: Released,
  patient: PatientState,
  { registrations, keys, verifier }: OpeningOptions,
): Promise<Opened> {
  const { patientId, recordId, version } = access;
  const { author, kind, manifestHash } = stored;
  const { wrap } = record;
  if (wrap === null)
    throw new EnvelopeError('NOT_A_RECIPIENT', 'The provider has no wrap for this authority');
  const { gatewayKeys } = patient;
  const [authorPeriods, holder] = await onLedger(() =>
    Promise.all([
      author === patientId
        ? gatewayKeys
        : registrations.authority(author).then(({ signingKeys }) => signingKeys),
      registrations.provider(access.releasingProviderId),
    ]),
  );
  const wrapSigners: WrapSigners = {
    author: authorPeriods,
    gateway: gatewayKeys,
    acceptance: { token: record.acceptance, keys: everyKey(holder.signingKeys) },
  };
  const opened = await openRecord({
    manifest: record.manifest,
    wrapSet: record.wrapSet,
    wrap,
    ciphertext: fromBase64url(record.ciphertext),
    recipientKey: keyFor(wrap, keys),
    expected: { recordId, patientId, version, author, manifestHash },
    authorKeys: everyKey(authorPeriods),
    wrapSigners,
    verifier,
  });
  readRecordContent(opened.content, { patientId, author, kind });
  const json = new Unread(fromUtf8(opened.content));
  return { json, manifest: opened.manifest, manifestHash, access, stored };
}

const isSignerUnknown = (cause: unknown): boolean =>
  cause instanceof EnvelopeError && cause.code.endsWith('SIGNER_UNKNOWN');

function refusalOf(cause: unknown): unknown {
  if (cause instanceof EnvelopeError && cause.code === 'NOT_A_RECIPIENT')
    return problem('RECORD_NOT_WRAPPED', 'The record has no wrap for this authority’s key yet', {
      cause,
      members: { retryAfterS: WRAP_RETRY_S },
    });
  if (cause instanceof EnvelopeError || cause instanceof FhirError || cause instanceof CryptoError)
    return problem('RECORD_ALTERED', `${cause.code}: ${cause.message}`, {
      cause,
      members: { reason: cause.code },
    });
  return cause;
}

/** The key of ours that the wrap names; another one of ours where it is for none, so that signatures are checked first. */
function keyFor(wrap: string, keys: readonly X25519KeyPair[]): X25519KeyPair {
  const { kid } = readWrap(wrap);
  const key = keys.find((own) => own.kid === kid) ?? keys[0];
  if (key === undefined) throw new RangeError('This authority has no encryption key');
  return key;
}

/** The permit as the ledger has it: a provider's word that there is one is not enough. */
async function committedPermit(
  { access, record }: AccessAnswer,
  { requestSid, patientId, recordId, version, relay }: Asked,
  { authorityId, channels, witnesses }: OpeningOptions,
): Promise<Permit> {
  const requester = authorityId;
  const committed = await onLedger(() =>
    witnesses.find(
      (peerMspId) =>
        orUndefined(
          channels.cloud.evaluate(records, 'GetAccess', { patientId, requester, requestSid }, { peerMspId }),
          'PERMIT_UNKNOWN',
        ),
      involvedIn(access, relay),
    ),
  );
  const isOurs =
    committed !== undefined &&
    isPermit(committed) &&
    committed.requester === requester &&
    committed.requestSid === requestSid &&
    committed.recordId === recordId &&
    committed.throughProviderId === relay &&
    committed.txId === access.txId;
  if (!isOurs)
    throw problem('PERMIT_NOT_COMMITTED', 'The ledger has no permit for what the provider released', {
      members: { reason: committed?.reason ?? 'PERMIT_UNKNOWN' },
    });
  const isAskedVersion = version === undefined || committed.version === version;
  if (!isAskedVersion || record.recordId !== recordId || record.version !== committed.version)
    throw problem('RECORD_ALTERED', 'The provider released another record or version', {
      members: { reason: 'VERSION_MISMATCH' },
    });
  return committed;
}

const isPermit = (access: AccessState): access is Permit =>
  access.decision === 'permit' &&
  access.basis === 'request' &&
  access.version !== undefined &&
  access.releasingProviderId !== undefined;

/**
 * The version that came. What counts of a record is what channel `cloud` has: an announcement may be of something that was
 * never stored.
 */
async function storedVersion(
  { access, record }: AccessAnswer,
  { patientId, recordId, relay }: Asked,
  { channels, witnesses }: OpeningOptions,
): Promise<StoredRecordState> {
  const { version } = record;
  const stored = await onLedger(() =>
    witnesses.find(
      (peerMspId) =>
        orUndefined(
          channels.cloud.evaluate(records, 'GetRecord', { patientId, recordId, version }, { peerMspId }),
          'RECORD_UNKNOWN',
        ),
      involvedIn(access, relay),
    ),
  );
  if (stored !== undefined) return stored;
  throw problem('RECORD_ALTERED', 'The ledger has no such version', {
    members: { reason: 'RECORD_UNKNOWN' },
  });
}

/** The providers of which an answer speaks. */
const involvedIn = ({ releasingProviderId }: AccessState, relay: string): string[] =>
  releasingProviderId === undefined ? [relay] : [relay, releasingProviderId];
