import { kidOf } from '@careledger/crypto';
import { readWrapSet, type Wrap } from '@careledger/envelope';
import { currentKey } from '@careledger/policy';
import type { HeldWraps } from '@careledger/protocol';
import type { OwnPeer } from '../ledger/own-peer.js';
import { recipientKids } from '../wraps/recipients.js';
import { wrapsOf } from '../wraps/wrap-set.js';

/**
 * The requester's own wrap, for its current key where there is one, else for a former one; null where there is none. A
 * break-glass wrap is never the requester's: a permit by a grant does not open it.
 * @throws LedgerError
 */
export async function requesterWrap(
  { wrapSet, wraps }: Pick<HeldWraps, 'wrapSet' | 'wraps'>,
  requester: string,
  ownPeer: OwnPeer,
): Promise<string | null> {
  const { encryptionKeys } = requester.startsWith('pat_')
    ? await ownPeer.patient(requester)
    : await ownPeer.authority(requester);
  const current = currentKey(encryptionKeys);
  const kids = recipientKids(encryptionKeys).toReversed();
  if (current !== undefined) kids.unshift(kidOf('X25519', current));
  const ordinary = wrapsOf(readWrapSet(wrapSet), wraps).filter(({ breakGlass }) => breakGlass !== true);
  return kids.flatMap((kid) => jweFor(ordinary, kid))[0] ?? null;
}

const jweFor = (wraps: readonly Wrap[], kid: string): string[] =>
  wraps.flatMap((wrap) => (wrap.kid === kid ? [wrap.jwe] : []));
