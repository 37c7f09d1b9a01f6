import {
  fromBase64url,
  fromUtf8,
  CryptoError,
  type SignatureVerifier,
  type X25519KeyPair,
} from '@careledger/crypto';
import type { AccessState, PatientState, ProviderState, StoredRecordState } from '@careledger/contracts';
import { EnvelopeError, openRecord, readWrap, type Manifest, type WrapSigners } from '@careledger/envelope';
import { FhirError, kindsOf, readRecordContent } from '@careledger/fhir';
import { askedOnce, onLedger } from '@careledger/ledger/service';
import { everyKey } from '@careledger/policy';
import type { ReleasedRecord } from '@careledger/protocol';
import type { Registrations } from '../policy/registrations.js';
import { problem } from '../problems.js';
import { committedAccesses, involvedIn, storedVersion, type CommittedOptions } from './committed.js';
import { Unread } from './read-gate.js';

/** When asking again is worth it: the patient’s gateway wraps in the background. */
const WRAP_RETRY_S = 60;

export interface OpeningOptions extends CommittedOptions {
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
  readonly version: number;
  /** Provider through which the request went, and no other. */
  readonly relay: string;
  /** The version as channel `cloud` has it, where that was looked up before. */
  readonly stored?: StoredRecordState | undefined;
}

/** What a provider says that it was permitted, and gave for it. */
export interface ReleasedAnswer {
  readonly asked: Asked;
  readonly access: AccessState;
  readonly record: ReleasedRecord;
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
 * Checks everything that a relay said against the ledger and the authors' signatures, and opens the records, each by
 * itself. What an author wrote is checked as well: about this patient, by this author, of its kind.
 * @param released of one patient, through one relay
 * @returns in their order; the reasons are ProblemErrors PERMIT_NOT_COMMITTED, RECORD_ALTERED, RECORD_NOT_WRAPPED,
 *   LEDGER_UNAVAILABLE
 * @throws ProblemError LEDGER_UNAVAILABLE
 */
export async function openReleased(
  released: readonly ReleasedAnswer[],
  options: OpeningOptions,
): Promise<PromiseSettledResult<Opened>[]> {
  const [first] = released;
  if (first === undefined) return [];
  const said = released.map(({ access }) => access);
  const committed = await committedAccesses(said, first.asked.relay, options);
  let fresh: Promise<PatientState> | undefined;
  const refresh = (): Promise<PatientState> =>
    (fresh ??= onLedger(() => options.registrations.refreshPatient(first.asked.patientId)));
  const holder = askedOnce((providerId) => options.registrations.provider(providerId));
  return Promise.allSettled(
    released.map((each) => openOne(each, committed, { ...options, refresh, holder })),
  );
}

interface OpeningOne extends OpeningOptions {
  /** Asks the ledger for the patient, once for all. */
  readonly refresh: () => Promise<PatientState>;
  /** As the ledger has it now, once for all that it holds. */
  readonly holder: (providerId: string) => Promise<ProviderState>;
}

async function openOne(
  answer: ReleasedAnswer,
  committed: ReadonlyMap<string, AccessState>,
  options: OpeningOne,
): Promise<Opened> {
  const { asked, record } = answer;
  const access = committedPermit(answer, committed.get(asked.requestSid), options);
  const stored =
    asked.stored ??
    (await storedVersion(asked, involvedIn(access, asked.relay), options)) ??
    refuseUnstored();
  const { patientId } = asked;
  const found = { record, access, stored };
  const patient = await onLedger(() => options.registrations.patient(patientId));
  try {
    return await open(found, patient, options);
  } catch (cause) {
    if (!isSignerUnknown(cause)) throw refusalOf(cause);
  }
  // The key may be younger than what is kept here of the patient.
  const fresh = await options.refresh();
  try {
    return await open(found, fresh, options);
  } catch (cause) {
    throw refusalOf(cause);
  }
}

function refuseUnstored(): never {
  throw problem('RECORD_ALTERED', 'The ledger has no such version', {
    members: { reason: 'RECORD_UNKNOWN' },
  });
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
  { registrations, holder: holderOf, keys, verifier }: OpeningOne,
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
      holderOf(access.releasingProviderId),
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
  const bundle = readRecordContent(opened.content, { patientId, author, kind });
  const json = new Unread(fromUtf8(opened.content), kindsOf(bundle));
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
function committedPermit(
  { asked, access, record }: ReleasedAnswer,
  committed: AccessState | undefined,
  { authorityId }: OpeningOptions,
): Permit {
  const { requestSid, recordId, version, relay } = asked;
  const isOurs =
    committed !== undefined &&
    isPermit(committed) &&
    committed.requester === authorityId &&
    committed.requestSid === requestSid &&
    committed.recordId === recordId &&
    committed.throughProviderId === relay &&
    committed.txId === access.txId;
  if (!isOurs)
    throw problem('PERMIT_NOT_COMMITTED', 'The ledger has no permit for what the provider released', {
      members: { reason: committed?.reason ?? 'PERMIT_UNKNOWN' },
    });
  if (committed.version !== version || record.recordId !== recordId || record.version !== version)
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
