import { kidOf } from '@careledger/crypto';
import type { Signer, X25519KeyPair } from '@careledger/crypto';
import { checkParts } from './open-record.js';
import type { SealedParts } from './open-record.js';
import { makeWrapSet, unwrapKey, wrapKey } from './wraps.js';
import type { Recipient } from './wraps.js';

/**
 * Lets later grantees in: the patient's gateway opens its own wrap and wraps the same key to them, in a wrap set with
 * the next `seq`. A recipient that has its wrap already keeps it. Undefined when nobody is new.
 * Nobody can be taken out of what was released before: that takes a new version.
 * @throws EnvelopeError as openRecord, `RECIPIENT_KEY_INVALID`
 */
export async function addWraps(
  parts: SealedParts & { readonly ownKey: X25519KeyPair; readonly recipients: readonly Recipient[] },
  gateway: Signer,
): Promise<string | undefined> {
  const { manifest, wrapSet } = checkParts(parts);
  const present = new Set(wrapSet.wraps.map(({ kid }) => kid));
  const added = new Map(
    parts.recipients.map((recipient) => [kidOf('X25519', recipient.publicKey), recipient] as const),
  );
  for (const kid of present) added.delete(kid);
  if (added.size === 0) return undefined;

  const contentKey = await unwrapKey(wrapSet, manifest, parts.ownKey);
  const wraps = await Promise.all(
    [...added.values()].map((recipient) => wrapKey(contentKey, wrapSet, recipient)),
  );
  const { recordId, version, manifestHash, seq } = wrapSet;
  return makeWrapSet(
    { recordId, version, manifestHash, seq: seq + 1, wraps: [...wrapSet.wraps, ...wraps] },
    gateway,
  );
}
