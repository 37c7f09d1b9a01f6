import { canonicalJson, fromBase64url, utf8, type HashFunction } from '@careledger/crypto/portable';
import type { ScopeTerm } from '@careledger/domain';
import { saltedHashBy } from './salted-hash.js';

/**
 * What the ledger has of the records that an authority asks for: salted hash of the terms' canonical JSON, in their order.
 * Whoever is shown the terms and the salt sees whether they are those of the request.
 * @param hash SHA-256
 */
export const askedScopeHash = (
  hash: HashFunction,
  { scope, scopeSalt }: { readonly scope: readonly ScopeTerm[]; readonly scopeSalt: string },
): string => saltedHashBy(hash, fromBase64url(scopeSalt), utf8(canonicalJson({ scope: [...scope] })));
