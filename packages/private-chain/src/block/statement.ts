import { fromBase64url, jwkThumbprint } from '@careledger/crypto/portable';
import type { HashFunction, JsonObject, SignatureVerifier } from '@careledger/crypto/portable';
import type { RecoveryRole } from '@careledger/domain';
import { StatementError, checkStatement } from '@careledger/statements/portable';

/**
 * Organisations whose word for another consent key counts, by authority ID: role, and each key it has had (raw,
 * base64url).
 */
export type Recoverers = Readonly<
  Record<string, { readonly role: RecoveryRole; readonly keys: readonly string[] }>
>;

/** What the checks of this package need to be told of the world: a SHA-256 and the Ed25519 rule. */
export type Verification = {
  readonly hash: HashFunction;
  readonly verifier: SignatureVerifier;
  /**
   * Without them it is not checked that two organisations signed for a recovered consent key; only what they are said to
   * have.
   */
  readonly recoverers?: Recoverers | undefined;
};

/** `typ` of the statements that chains and proofs embed, as `packages/contracts` names them. */
export const STATEMENT_TYP = {
  registration: 'careledger.patient+jws',
  keyRotation: 'careledger.rotate-patient-key+jws',
  vouching: 'careledger.vouch-for-key+jws',
  takeover: 'careledger.take-over+jws',
  erasure: 'careledger.erase+jws',
  anchor: 'careledger.anchor+jws',
  attestation: 'careledger.attestation+jws',
} as const;

export type ExpectedStatement = {
  readonly typ: string;
  /** Who must have issued it: `iss`. */
  readonly issuer: string;
  /** For which network: `aud`. */
  readonly network: string;
  /** Raw Ed25519 key, base64url, whose thumbprint the header must name. */
  readonly key: string;
};

/** What a statement decides, once it is known to be the expected one; or why it is not. */
export type StatementReading =
  | { readonly sid: string; readonly body: JsonObject }
  | { readonly fault: string; readonly isKeyUnknown: boolean };

/** Checks a statement against one key. Never throws for bad input. */
export function readStatement(
  token: string,
  { typ, issuer, network, key }: ExpectedStatement,
  { hash, verifier }: Verification,
): StatementReading {
  try {
    const publicKey = fromBase64url(key);
    const { payload } = checkStatement(token, {
      typ,
      issuer,
      audience: network,
      publicKeyOf: (kid) => (kid === jwkThumbprint('Ed25519', publicKey, hash) ? publicKey : undefined),
      verifier,
    });
    return { sid: payload.sid, body: payload.body };
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    return { fault: error.message, isKeyUnknown: error.code === 'STATEMENT_KEY_UNKNOWN' };
  }
}
