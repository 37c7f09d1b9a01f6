import { fromBase64url, toBase64url } from '@careledger/crypto';
import { x25519OfEd25519 } from '@careledger/crypto/sodium';
import { encryptTo } from '@careledger/envelope';
import { SEALED_CONTEXT } from '@careledger/protocol/sealed';

/** What a gateway hands back to whoever has this consent key. */
export async function scopeKeyFor(
  consentKey: string,
  { firstKey, scopeKey }: { readonly firstKey: Uint8Array; readonly scopeKey: Uint8Array },
) {
  const to = x25519OfEd25519(fromBase64url(consentKey));
  const sealed = await encryptTo(to, scopeKey, { context: SEALED_CONTEXT.scopeKey });
  return { consentKey, firstKey: toBase64url(firstKey), sealed };
}
