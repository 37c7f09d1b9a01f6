import { ledgerTrustRoots, type Ledger } from '@careledger/ledger';
import type { TrustRoots } from '@careledger/private-chain';

/**
 * What a verifier of proofs believes who takes the ledger's word for the attestors; never one for production. All
 * organisations with an attestor must attest, unless fewer are said to suffice.
 */
export async function trustRootsOf(
  ledger: Pick<Ledger, 'channel'>,
  options: { readonly networkId: string; readonly threshold?: number },
): Promise<TrustRoots> {
  const roots = await ledgerTrustRoots(ledger.channel('authorities'), options);
  return { ...roots, threshold: options.threshold ?? Object.keys(roots.attestors).length };
}
