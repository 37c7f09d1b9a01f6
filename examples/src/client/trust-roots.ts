import { accessControl, records } from '@careledger/contracts';
import type { Ledger } from '@careledger/ledger';
import type { TrustRoots } from '@careledger/private-chain';

/** What a verifier of proofs believes who takes the ledger's word for the attestors; never one for production. */
export async function trustRootsOf(
  ledger: Pick<Ledger, 'channel'>,
  { networkId, threshold }: { readonly networkId: string; readonly threshold?: number },
): Promise<TrustRoots> {
  const { attestors } = await ledger.channel('authorities').evaluate(accessControl, 'ListAttestors', {});
  const keys: Record<string, string[]> = {};
  for (const { mspId, key } of attestors) (keys[mspId] ??= []).push(key);
  return {
    v: 1,
    kind: 'careledger.trust-roots',
    network: networkId,
    production: false,
    attestors: keys,
    threshold: threshold ?? Object.keys(keys).length,
    channel: 'authorities',
    chaincode: records.name,
  };
}
