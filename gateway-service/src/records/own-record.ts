import { toBase64url, type SignatureVerifier } from '@careledger/crypto';
import {
  EnvelopeError,
  openRecord,
  readWrap,
  type SealedParts,
  type SigningPeriod,
} from '@careledger/envelope';
import { FhirError, readRecordContent, type FhirResource } from '@careledger/fhir';
import type { GatewayCore } from '../core.js';
import type { Patient } from '../patients/index.js';
import { RecordError } from './errors.js';
import { openFormerRecord } from './former-record.js';
import type { HeldSet, OwnVersion } from './own-version.js';

/** Before every key: the gateway's own keys are in force as far as its own copies go. */
const EVER = '1970-01-01T00:00:00.000Z';

/** A version of this gateway's own, with who has to have signed what. */
export function ownParts(
  { patientId, chain }: Patient,
  { recordId, version, manifest, manifestHash }: OwnVersion,
  { wrapSet }: Pick<HeldSet, 'wrapSet'>,
  verifier: SignatureVerifier,
): SealedParts {
  const authorKeys = chain.signerKeys();
  const own: SigningPeriod[] = authorKeys.map((key) => ({ key: toBase64url(key), from: EVER }));
  return {
    ...{ manifest, wrapSet, verifier },
    expected: { recordId, patientId, version, author: patientId, manifestHash },
    authorKeys,
    wrapSigners: { author: own, gateway: own },
  };
}

export interface OwnRecords {
  readonly core: Pick<GatewayCore, 'patients'>;
  readonly versions: { ciphertext(versionNo: number): Uint8Array };
  readonly verifier: SignatureVerifier;
}

/**
 * Opens this gateway's own copy of a record with the patient's key, checked like anybody else's: a store is no proof of
 * what lies in it.
 * @throws RecordError `RECORD_DAMAGED`
 */
export async function openOwnRecord(
  records: OwnRecords,
  patient: Patient,
  version: OwnVersion,
): Promise<FhirResource> {
  const { patientId } = patient;
  try {
    const content = await open(records, patient, version);
    return readRecordContent(content, { patientId, author: patientId, kind: version.kind });
  } catch (error) {
    if (!(error instanceof EnvelopeError || error instanceof FhirError)) throw error;
    throw new RecordError('RECORD_DAMAGED', `${error.code}: the copy is not what was signed`, {
      cause: error,
    });
  }
}

async function open(
  { core, versions, verifier }: OwnRecords,
  patient: Patient,
  version: OwnVersion,
): Promise<Uint8Array> {
  const { patientId, chain } = patient;
  const keys = core.patients.keys(patientId);
  const ciphertext = versions.ciphertext(version.versionNo);
  if (version.format === 1) {
    // The first release rotated none.
    const [signerKey = chain.signer.publicKey] = chain.signerKeys();
    const recipientKey = keys.encryptionKeys().at(-1) ?? keys.encryption();
    return openFormerRecord({ ...version, patientId, ciphertext, signerKey, recipientKey, verifier });
  }
  const recipientKey = keys.encryptionAmong(new Set(version.wraps.map((jwe) => readWrap(jwe).kid)));
  const wrap = version.wraps.find((jwe) => readWrap(jwe).kid === recipientKey.kid);
  if (wrap === undefined) throw new EnvelopeError('NOT_A_RECIPIENT', 'The patient’s own wrap is gone');
  const parts = ownParts(patient, version, version, verifier);
  const { content } = await openRecord({ ...parts, wrap, ciphertext, recipientKey });
  return content;
}
