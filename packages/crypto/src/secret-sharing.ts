import { combine, split } from 'shamir-secret-sharing';
import { sha256 } from './node/hash.js';
import { CryptoError, concatBytes, fromBase64url, toBase64url, utf8 } from './portable/index.js';

/** The secrets that are shared are keys: uniformly random, so that publishing a hash of one tells nothing. */
const SHARED_SECRET_BYTES = 32;
/** Shamir's scheme over GF(2^8) has at most 255 points; guardians are few. */
export const MAX_SHARES = 255;
const COMMITMENT_DOMAIN = utf8('careledger/secret-sharing/v1\0');

/** One guardian's part, as JSON. Encrypt it to the guardian before it leaves the machine. */
export type SecretShare = {
  readonly v: 1;
  /** How many shares restore the secret, of how many. */
  readonly threshold: number;
  readonly total: number;
  /** base64url of SHA-256(domain ‖ secret): Shamir's scheme itself cannot tell a wrong share. */
  readonly commitment: string;
  /** base64url of the point. */
  readonly share: string;
};

/** Splits a 32-byte key so that `threshold` of `total` shares restore it and fewer tell nothing (Shamir 1979). */
export async function splitSecret(
  secret: Uint8Array,
  { threshold, total }: { threshold: number; total: number },
): Promise<SecretShare[]> {
  if (secret.length !== SHARED_SECRET_BYTES) {
    throw invalid(`a secret has ${SHARED_SECRET_BYTES} bytes, this has ${secret.length}`);
  }
  if (!(
    Number.isInteger(threshold) &&
    Number.isInteger(total) &&
    2 <= threshold &&
    threshold <= total &&
    total <= MAX_SHARES
  )) {
    throw invalid(`2 <= threshold <= total <= ${MAX_SHARES} does not hold for ${threshold} of ${total}`);
  }
  const commitment = commitmentOf(secret);
  const points = await split(Uint8Array.from(secret), total, threshold);
  return points.map((point) => ({ v: 1, threshold, total, commitment, share: toBase64url(point) }));
}

/** @throws CryptoError `SECRET_SHARES_INVALID`: too few, not of one set, or altered */
export async function combineShares(shares: readonly SecretShare[]): Promise<Uint8Array> {
  const [first] = shares;
  if (first === undefined) throw invalid('there are none');
  for (const { commitment, threshold } of shares) {
    if (commitment !== first.commitment || threshold !== first.threshold)
      throw invalid('they are of different secrets');
  }
  if (new Set(shares.map(({ share }) => share)).size < first.threshold) {
    throw invalid(`${first.threshold} different ones are needed`);
  }
  const secret = await combinePoints(shares);
  if (commitmentOf(secret) !== first.commitment) throw invalid('one of them was altered');
  return secret;
}

async function combinePoints(shares: readonly SecretShare[]): Promise<Uint8Array> {
  try {
    return await combine(shares.map(({ share }) => fromBase64url(share)));
  } catch (cause) {
    throw new CryptoError('SECRET_SHARES_INVALID', 'The shares cannot be combined', { cause });
  }
}

function commitmentOf(secret: Uint8Array): string {
  return toBase64url(sha256(concatBytes(COMMITMENT_DOMAIN, secret)));
}

function invalid(reason: string): CryptoError {
  return new CryptoError('SECRET_SHARES_INVALID', `The shares do not give the secret: ${reason}`);
}
