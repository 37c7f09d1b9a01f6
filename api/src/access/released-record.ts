import { setTimeout as delay } from 'node:timers/promises';
import {
  CryptoError,
  fromBase64url,
  fromUtf8,
  type SignatureVerifier,
  type X25519KeyPair,
} from '@careledger/crypto';
import { records, type AccessState, type PatientState } from '@careledger/contracts';
import { EnvelopeError, openRecord, readWrapSet, type Manifest } from '@careledger/envelope';
import { FhirError, parseResource } from '@careledger/fhir';
import { LedgerError } from '@careledger/ledger';
import { onLedger, problemOfLedger } from '@careledger/ledger/service';
import type { AccessAnswer, ReleasedRecord } from '@careledger/protocol';
import type { Channels } from '../ledger-port.js';
import { everyKey, type Directory } from '../policy/directory.js';
import { problem } from '../problem.js';

/** Another organisation's peer may commit the permit's block a little later than the provider's. */
const PERMIT_WAITS_MS = [0, 25, 75, 200, 500, 1_000, 1_500] as const;

export interface OpeningOptions {
  readonly authorityId: string;
  readonly channels: Channels;
  readonly directory: Directory;
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
}

/** A record that was checked and opened. */
export interface Opened {
  /** FHIR R4 JSON as its author wrote it. */
  readonly json: string;
  readonly manifest: Manifest;
  readonly manifestHash: string;
  readonly access: AccessState;
}

/**
 * Checks everything that a provider said against the ledger and the author's signature, and opens the record.
 * @throws ProblemError PERMIT_NOT_COMMITTED, RECORD_ALTERED, RECORD_NOT_WRAPPED, LEDGER_UNAVAILABLE
 */
export async function openReleased(
  answer: AccessAnswer,
  asked: Asked,
  options: OpeningOptions,
): Promise<Opened> {
  const access = await committedPermit(answer, asked, options);
  const stored = await onLedger(() => versionOnLedger(access, options.channels));
  const { patientId } = asked;
  const patient = await onLedger(() => options.directory.patient(patientId));
  try {
    return await open(answer.record, access, stored, patient, options);
  } catch (cause) {
    if (!isSignerUnknown(cause)) throw refusalOf(cause);
  }
  // The key may be younger than what is kept here of the patient.
  const fresh = await onLedger(() => options.directory.refreshPatient(patientId));
  try {
    return await open(answer.record, access, stored, fresh, options);
  } catch (cause) {
    throw refusalOf(cause);
  }
}

async function open(
  record: ReleasedRecord,
  access: AccessState,
  { author, manifestHash }: { readonly author: string; readonly manifestHash: string },
  patient: PatientState,
  { directory, keys, verifier }: OpeningOptions,
): Promise<Opened> {
  const { patientId, recordId, version } = access;
  const gatewayKeys = everyKey(patient.gatewayKeys);
  const authorKeys =
    author === patientId
      ? gatewayKeys
      : everyKey((await onLedger(() => directory.authority(author))).signingKeys);
  const opened = await openRecord({
    manifest: record.manifest,
    wrapSet: record.wrapSet,
    ciphertext: fromBase64url(record.ciphertext),
    recipientKey: keyFor(record, keys),
    expected: { recordId, patientId, version, author, manifestHash },
    authorKeys,
    wrapSignerKeys: [...gatewayKeys, ...authorKeys],
    verifier,
  });
  const json = fromUtf8(opened.content);
  parseResource(json);
  return { json, manifest: opened.manifest, manifestHash, access };
}

const isSignerUnknown = (cause: unknown): boolean =>
  cause instanceof EnvelopeError && cause.code.endsWith('SIGNER_UNKNOWN');

function refusalOf(cause: unknown): unknown {
  if (cause instanceof EnvelopeError && cause.code === 'NOT_A_RECIPIENT')
    return problem('RECORD_NOT_WRAPPED', 'The record has no wrap for this authority’s key yet', { cause });
  if (cause instanceof EnvelopeError || cause instanceof FhirError || cause instanceof CryptoError)
    return problem('RECORD_ALTERED', `${cause.code}: ${cause.message}`, {
      cause,
      members: { reason: cause.code },
    });
  return cause;
}

/** The wrap's key among ours; any of ours where there is none, so that the signature checks still come first. */
function keyFor({ wrapSet }: ReleasedRecord, keys: readonly X25519KeyPair[]): X25519KeyPair {
  const kids = new Set(readWrapSet(wrapSet).wraps.map(({ kid }) => kid));
  const key = keys.find(({ kid }) => kids.has(kid)) ?? keys[0];
  if (key === undefined) throw new RangeError('This authority has no encryption key');
  return key;
}

/** The permit as the ledger has it: a provider's word that there is one is not enough. */
async function committedPermit(
  { access, record }: AccessAnswer,
  { requestSid, patientId, recordId, version }: Asked,
  { authorityId, channels }: OpeningOptions,
): Promise<AccessState> {
  const committed = await committedAccess(channels, patientId, requestSid);
  const isOurs =
    committed !== undefined &&
    committed.decision === 'permit' &&
    committed.requester === authorityId &&
    committed.recordId === recordId &&
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

async function committedAccess(
  { cloud }: Channels,
  patientId: string,
  requestSid: string,
): Promise<AccessState | undefined> {
  for (const waitMs of PERMIT_WAITS_MS) {
    if (waitMs > 0) await delay(waitMs);
    try {
      return await cloud.evaluate(records, 'GetAccess', { patientId, requestSid });
    } catch (error) {
      const isMissing = error instanceof LedgerError && error.chaincodeCode === 'PERMIT_UNKNOWN';
      if (!isMissing) throw problemOfLedger(error);
    }
  }
  return undefined;
}

/** Hash and author of a version: by the announcement at the own peer, or as stored where there is none yet. */
async function versionOnLedger(
  { patientId, recordId, version }: AccessState,
  { authorities, cloud }: Channels,
): Promise<{ manifestHash: string; author: string }> {
  try {
    const { versions } = await authorities.evaluate(records, 'RecordHistory', { patientId, recordId });
    const announced = versions.find((row) => row.version === version);
    if (announced !== undefined) return announced;
  } catch (error) {
    if (!(error instanceof LedgerError) || error.chaincodeCode !== 'RECORD_UNKNOWN') throw error;
  }
  return cloud.evaluate(records, 'GetRecord', { patientId, recordId, version });
}
