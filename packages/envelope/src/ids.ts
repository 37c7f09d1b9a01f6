import { canonicalJson, concatBytes, hmacSha256, toBase64url, utf8 } from '@careledger/crypto';
import type { JsonObject } from '@careledger/crypto';
import type { ScopeTerm } from '@careledger/domain';
import { granteeTagBy, scopeTagBy, type GranteeTerms } from './portable/tags.js';

const RECORD_SEED_DOMAIN = utf8('careledger/record-seed/v1\0');

/**
 * Where a record comes from: the seed that gives its id together with author and patient (`recordIdOf`). HMAC-SHA-256
 * under the author's 32-byte secret, base64url. The same window or episode gives the same seed after a crash and at any
 * provider; without the secret nobody can tell which window a seed stands for. `key` names the window or episode, e.g.
 * its start.
 */
export function recordSeedFor(
  secret: Uint8Array,
  identity: { readonly patientId: string; readonly kind: string; readonly key: string },
): string {
  const { patientId, kind, key } = identity;
  return toBase64url(mac(secret, RECORD_SEED_DOMAIN, { patientId, kind, key }));
}

/** First 16 bytes, base64url, of an HMAC-SHA-256 under the patient's scope key: equal terms give equal tags. */
export const scopeTag = (scopeKey: Uint8Array, term: ScopeTerm): string =>
  scopeTagBy(hmacSha256, scopeKey, term);

/** Like {@link scopeTag}, for whom instead of what; never equal to a scope tag. */
export const granteeTag = (scopeKey: Uint8Array, terms: GranteeTerms): string =>
  granteeTagBy(hmacSha256, scopeKey, terms);

function mac(key: Uint8Array, domain: Uint8Array, terms: JsonObject): Uint8Array {
  return hmacSha256(key, concatBytes(domain, utf8(canonicalJson(terms))));
}
