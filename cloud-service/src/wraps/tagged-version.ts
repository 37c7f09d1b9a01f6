import type { StatementBody } from '@careledger/contracts';
import type { Period } from '@careledger/domain';
import { readManifest } from '@careledger/envelope';
import type { TaggedVersion } from '@careledger/policy';
import { readStatement } from '@careledger/statements';
import type { OwnPeer } from '../ledger/own-peer.js';
import type { HeldVersion } from '../store/held-version-store.js';

/** What a held version holds, for the grants. @throws LedgerError */
export async function taggedVersionOf(
  held: Pick<HeldVersion, 'manifest' | 'statement'>,
  ownPeer: Pick<OwnPeer, 'storedVersion'>,
): Promise<TaggedVersion<Period>> {
  const { patientId, author, tagGroups, recordId, version } = readManifest(held.manifest).aad;
  const { kind, period } = readStatement(held.statement).payload.body as StatementBody<'storeRecord'>;
  // Of another author's version the patient's gateway may have said what it holds.
  const stored = author === patientId ? undefined : await ownPeer.storedVersion(patientId, recordId, version);
  return { patientId, author, kind, tagGroups, period, confirmations: stored?.confirmations };
}
