import { STATEMENTS } from '@careledger/contracts';
import type { SignatureVerifier } from '@careledger/crypto';
import { CHANNELS } from '@careledger/domain';
import { StatementError, checkStatement, selfSigned } from '@careledger/statements';

const MS_PER_S = 1_000;

/** A key that signs (raw, base64url), and the `keyProof` statement with which it is appointed. */
export interface AppointedKey {
  readonly patientId: string;
  readonly key: string;
  readonly proof: string | undefined;
}

export interface ProofExpectation {
  readonly verifier: SignatureVerifier;
  readonly networkId: string;
  readonly nowMs: number;
}

/** Why a ledger would not take the proof that who has this key wants it for the patient; undefined where it would. */
export function unproved(
  { patientId, key, proof }: AppointedKey,
  { verifier, networkId, nowMs }: ProofExpectation,
): { readonly why: string; readonly cause?: StatementError } | undefined {
  if (proof === undefined) return { why: 'it carries no proof' };
  try {
    const { payload } = checkStatement(proof, {
      ...{ typ: STATEMENTS.keyProof.typ, issuer: patientId, audience: networkId, verifier },
      publicKeyOf: selfSigned(key),
      now: Math.floor(nowMs / MS_PER_S),
    });
    const { subject, key: proved } = payload.body;
    const isForAll = CHANNELS.every((channel) => payload.channels.includes(channel));
    if (subject === patientId && proved === key && isForAll) return undefined;
    return { why: 'its proof is about something else' };
  } catch (cause) {
    if (!(cause instanceof StatementError)) throw cause;
    return { why: `${cause.code}: ${cause.message}`, cause };
  }
}
