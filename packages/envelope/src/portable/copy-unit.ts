import { canonicalJson, fromBase64url, utf8, type HashFunction } from '@careledger/crypto/portable';
import { saltedHashBy } from './salted-hash.js';

/**
 * What the ledger has of the unit at which a copy is kept: salted hash of the canonical JSON of `{unit}`.
 * @param hash SHA-256
 */
export const copyUnitHash = (
  hash: HashFunction,
  { unit, salt }: { readonly unit: string; readonly salt: string },
): string => saltedHashBy(hash, fromBase64url(salt), utf8(canonicalJson({ unit })));
