import { canonicalJson, concatBytes, toBase64url, utf8 } from '@careledger/crypto/portable';
import type { HmacFunction, JsonObject } from '@careledger/crypto/portable';
import { termIn, type ScopeTerm } from '@careledger/domain';

const TAG_BYTES = 16;
const SCOPE_TAG_DOMAIN = utf8('careledger/scope-tag/v1\0');
const GRANTEE_TAG_DOMAIN = utf8('careledger/grantee-tag/v1\0');

/** Who within an authority: one of its units, roles or practitioners. */
export type GranteeTerms = { readonly authorityId: string } & (
  { readonly unit: string } | { readonly role: string } | { readonly practitionerId: string }
);

/** First 16 bytes, base64url, of an HMAC-SHA-256 under the patient's scope key: equal terms give equal tags. */
export function scopeTagBy(hmac: HmacFunction, scopeKey: Uint8Array, term: ScopeTerm): string {
  return tag(hmac, scopeKey, SCOPE_TAG_DOMAIN, { ...termIn(term) });
}

/** Like {@link scopeTagBy}, for whom instead of what; never equal to a scope tag. */
export function granteeTagBy(hmac: HmacFunction, scopeKey: Uint8Array, terms: GranteeTerms): string {
  return tag(hmac, scopeKey, GRANTEE_TAG_DOMAIN, { ...terms });
}

function tag(hmac: HmacFunction, key: Uint8Array, domain: Uint8Array, terms: JsonObject): string {
  return toBase64url(hmac(key, concatBytes(domain, utf8(canonicalJson(terms)))).subarray(0, TAG_BYTES));
}
