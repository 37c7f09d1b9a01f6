import { STATEMENTS } from '@careledger/contracts';
import { fromBase64url, sha256, toBase64url, type SignatureVerifier } from '@careledger/crypto';
import { CHANNELS, patientIdOf } from '@careledger/domain';
import { EnvelopeError, decryptFrom } from '@careledger/envelope';
import { SEALED_CONTEXT } from '@careledger/protocol';
import { StatementError, checkStatement, readStatement, selfSigned } from '@careledger/statements';
import { Value } from 'typebox/value';
import { PatientError } from './errors.js';
import { unproved } from './key-proof.js';
import type { AppointedKeys } from './offered-keys.js';

const SCOPE_KEY_BYTES = 32;
const MS_PER_S = 1_000;

/** The keys with which this gateway would write and read for a patient; raw keys in base64url. */
export interface EnrolmentOffer {
  readonly patientId: string;
  readonly networkId: string;
  readonly gatewayKey: string;
  /** `keyProof` statement by the gateway key. */
  readonly gatewayKeyProof: string;
  readonly encryptionKey: string;
}

/** A patient's own registration, and what the gateway needs to tag the records that it makes. */
export interface OwnEnrolment {
  /** `registerPatient` by the consent key that it names. */
  readonly statement: string;
  /** The 32 bytes of the scope key, sealed to the encryption key that was offered. */
  readonly scopeKey: string;
}

/** Who the statement registers, by its own word: checked by {@link checkRegistration}. @throws PatientError */
export function registrantOf(statement: string): {
  readonly patientId: string;
  readonly consentKey: Uint8Array;
} {
  try {
    const { payload } = readStatement(statement);
    const { consentKey } = payload.body;
    if (typeof consentKey === 'string') {
      const key = fromBase64url(consentKey);
      return { patientId: patientIdOf(key, sha256), consentKey: key };
    }
  } catch (cause) {
    throw refused('It is no registration with a consent key', cause);
  }
  throw refused('It names no consent key');
}

/**
 * Whether a registration is the patient's own, and appoints exactly the keys that this gateway has for the patient. What a
 * ledger would refuse for good is refused before the patient is made, who could not be made again.
 * @throws PatientError `ENROLMENT_REFUSED`
 */
export function checkRegistration(
  statement: string,
  keys: AppointedKeys,
  { network, verifier, nowMs }: { network: string; verifier: SignatureVerifier; nowMs: number },
): void {
  const { consentKey, patientId } = registrantOf(statement);
  const { typ, body: schema } = STATEMENTS.registerPatient;
  try {
    const { payload } = checkStatement(statement, {
      ...{ typ, audience: network, issuer: patientId, verifier },
      publicKeyOf: selfSigned(toBase64url(consentKey)),
      now: Math.floor(nowMs / MS_PER_S),
    });
    const { body, channels } = payload;
    if (!CHANNELS.every((channel) => channels.includes(channel)))
      throw refused(`Name the channels ${CHANNELS.join(' and ')}`);
    if (!Value.Check(schema, body)) throw refused('Its body is not that of a registration');
    const isOffered =
      body.gatewayKey === toBase64url(keys.gatewaySigner().publicKey) &&
      body.encryptionKey === toBase64url(keys.encryption().publicKey);
    if (!isOffered) throw refused('It appoints other keys than those that this gateway offers');
    const proof = { patientId, key: body.gatewayKey, proof: body.gatewayKeyProof };
    const fault = unproved(proof, { verifier, networkId: network, nowMs });
    if (fault !== undefined) throw refused(`It does not prove the gateway’s key: ${fault.why}`, fault.cause);
  } catch (cause) {
    if (!(cause instanceof StatementError)) throw cause;
    throw refused(`${cause.code}: ${cause.message}`, cause);
  }
}

/** @throws PatientError `ENROLMENT_REFUSED` */
export async function openScopeKey(sealed: string, keys: AppointedKeys): Promise<Uint8Array> {
  try {
    const opened = await decryptFrom(sealed, keys.encryption(), { context: SEALED_CONTEXT.scopeKey });
    if (opened.length === SCOPE_KEY_BYTES) return opened;
  } catch (cause) {
    if (!(cause instanceof EnvelopeError)) throw cause;
    throw refused(`The scope key does not open: ${cause.message}`, cause);
  }
  throw refused(`A scope key has ${SCOPE_KEY_BYTES} bytes`);
}

const refused = (why: string, cause?: unknown): PatientError =>
  new PatientError('ENROLMENT_REFUSED', why, { cause });
