import { canonicalJson, concatBytes, hmacSha256, toBase64url, utf8 } from '@careledger/crypto';
import type { JsonObject } from '@careledger/crypto';

const TAG_BYTES = 16;
const RECORD_SEED_DOMAIN = utf8('careledger/record-seed/v1\0');
const SCOPE_TAG_DOMAIN = utf8('careledger/scope-tag/v1\0');
const GRANTEE_TAG_DOMAIN = utf8('careledger/grantee-tag/v1\0');

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

/** What a tag stands for; `*` stands for any. At most one of unit and practitioner narrows it. */
export type ScopeTerms = { readonly category: string; readonly resourceType: string } & (
  | { readonly unit?: string; readonly practitioner?: undefined }
  | { readonly practitioner?: string; readonly unit?: undefined }
);

/** First 16 bytes, base64url, of an HMAC-SHA-256 under the patient's scope key: equal terms give equal tags. */
export function scopeTag(scopeKey: Uint8Array, terms: ScopeTerms): string {
  const { category, resourceType, unit, practitioner } = terms;
  return tag(scopeKey, SCOPE_TAG_DOMAIN, {
    category,
    resourceType,
    ...(unit === undefined ? {} : { unit }),
    ...(practitioner === undefined ? {} : { practitioner }),
  });
}

/** Who within an authority: one of its units, roles or practitioners. */
export type GranteeTerms = { readonly authorityId: string } & (
  { readonly unit: string } | { readonly role: string } | { readonly practitionerId: string }
);

/** Like {@link scopeTag}, for whom instead of what; never equal to a scope tag. */
export function granteeTag(scopeKey: Uint8Array, terms: GranteeTerms): string {
  return tag(scopeKey, GRANTEE_TAG_DOMAIN, { ...terms });
}

function tag(key: Uint8Array, domain: Uint8Array, terms: JsonObject): string {
  return toBase64url(mac(key, domain, terms).subarray(0, TAG_BYTES));
}

function mac(key: Uint8Array, domain: Uint8Array, terms: JsonObject): Uint8Array {
  return hmacSha256(key, concatBytes(domain, utf8(canonicalJson(terms))));
}
