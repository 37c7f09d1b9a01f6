import { kidOf } from '@careledger/crypto';
import type { KeyPeriod } from '@careledger/contracts';
import { readWrapSet, type Wrap } from '@careledger/envelope';
import { currentKey } from '@careledger/policy';
import type { HeldWraps } from '@careledger/protocol';
import type { OwnPeer } from '../ledger/own-peer.js';
import { recipientKids } from '../wraps/recipients.js';
import { wrapsOf } from '../wraps/wrap-set.js';

/** The keys to which is wrapped for a requester, an authority or a patient. @throws LedgerError */
export async function recipientKeys(requester: string, ownPeer: OwnPeer): Promise<readonly KeyPeriod[]> {
  const { encryptionKeys } = requester.startsWith('pat_')
    ? await ownPeer.patient(requester)
    : await ownPeer.authority(requester);
  return encryptionKeys;
}

/**
 * The requester's own wrap, for its current key where there is one, else for a former one; null where there is none. A
 * break-glass wrap is never the requester's: a permit by a grant does not open it.
 */
export function requesterWrap(
  { wrapSet, wraps }: Pick<HeldWraps, 'wrapSet' | 'wraps'>,
  encryptionKeys: readonly KeyPeriod[],
): string | null {
  const current = currentKey(encryptionKeys);
  const kids = recipientKids(encryptionKeys).toReversed();
  if (current !== undefined) kids.unshift(kidOf('X25519', current));
  const ordinary = wrapsOf(readWrapSet(wrapSet), wraps).filter(({ breakGlass }) => breakGlass !== true);
  return kids.flatMap((kid) => jweFor(ordinary, kid))[0] ?? null;
}

const jweFor = (wraps: readonly Wrap[], kid: string): string[] =>
  wraps.flatMap((wrap) => (wrap.kid === kid ? [wrap.jwe] : []));
