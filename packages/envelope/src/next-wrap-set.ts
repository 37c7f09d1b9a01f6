import { kidOf } from '@careledger/crypto';
import type { Signer, X25519KeyPair } from '@careledger/crypto';
import { EnvelopeError } from './portable/errors.js';
import type { Wrap } from './formats.js';
import { checkParts } from './open-record.js';
import type { SealedParts } from './open-record.js';
import { makeWrapSet, matchWraps, unwrapKey, wrapKey } from './wraps.js';
import type { Recipient } from './wraps.js';

/** A wrap set with its wraps, as a provider takes them. */
export type SignedWraps = { readonly wrapSet: string; readonly wraps: readonly Wrap[] };

/** What is to change in a wrap set. */
export type WrapChange = {
  /** Who is let in; one that has its wrap already keeps it. */
  readonly add: readonly Recipient[];
  /** Thumbprints of the keys of those whose grant is gone. */
  readonly drop: ReadonlySet<string>;
  /** The patient's key in force, where the own wrap is for a former one. */
  readonly successor?: Recipient | undefined;
};

/**
 * The set that follows: the patient's gateway opens its own wrap and wraps the same key to whoever is new, without those
 * whose grant is gone, under the next `seq`. Undefined when nothing changes. What somebody has opened stays known to
 * them: leaving a wrap out ends what can still be released.
 * @param parts `wraps`: all wraps of the present set, in its order; `ownKey`: the patient's that opens one of them
 * @throws EnvelopeError as openRecord, `RECIPIENT_KEY_INVALID`; `NOT_A_RECIPIENT` when the own wrap would go, and none for
 * another of the patient's keys comes in its place
 */
export async function nextWrapSet(
  parts: SealedParts & { readonly wraps: readonly string[]; readonly ownKey: X25519KeyPair },
  { add, drop, successor }: WrapChange,
  gateway: Signer,
): Promise<SignedWraps | undefined> {
  const { manifest, wrapSet } = checkParts(parts);
  const held = matchWraps(wrapSet, parts.wraps);
  const own = held.find(({ kid }) => kid === parts.ownKey.kid);
  if (own === undefined || (drop.has(own.kid) && successor === undefined))
    throw new EnvelopeError('NOT_A_RECIPIENT', 'The patient’s own wrap has to be in every set');
  const kept = held.filter(({ kid }) => !drop.has(kid));
  const wanted = successor === undefined ? add : [successor, ...add];
  const fresh = new Map(
    wanted.map((recipient) => [kidOf('X25519', recipient.publicKey), recipient] as const),
  );
  for (const { kid } of kept) fresh.delete(kid);
  if (fresh.size === 0 && kept.length === held.length) return undefined;

  const contentKey = await unwrapKey(own.jwe, wrapSet, manifest, parts.ownKey);
  const added = await Promise.all(
    [...fresh.values()].map((recipient) => wrapKey(contentKey, wrapSet, recipient)),
  );
  const { recordId, version, manifestHash, seq } = wrapSet;
  const wraps = [...kept, ...added];
  return { wrapSet: makeWrapSet({ recordId, version, manifestHash, seq: seq + 1, wraps }, gateway), wraps };
}
