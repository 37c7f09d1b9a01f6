import { accessControl, records } from '@careledger/contracts';
import type { LedgerChannel } from '../channel.js';

/** What a verifier of proofs believes (`spec/private-chain.md#trust-roots`), by the ledger's word. */
export interface LedgerTrustRoots {
  readonly v: 1;
  readonly kind: 'careledger.trust-roots';
  readonly network: string;
  /** Whoever asks the ledger through somebody else believes that one. */
  readonly production: false;
  /** MSP ID → keys of its attestors. */
  readonly attestors: Record<string, string[]>;
  /** Organisations that must attest. */
  readonly threshold: number;
  readonly channel: 'authorities';
  readonly chaincode: string;
}

export interface TrustRootsOptions {
  readonly networkId: string;
  /** A majority of the organisations that have an attestor, unless said. */
  readonly threshold?: number | undefined;
}

/**
 * The attestors that are registered. @param authorities channel `authorities`
 * @throws LedgerError
 */
export async function ledgerTrustRoots(
  authorities: LedgerChannel,
  { networkId, threshold }: TrustRootsOptions,
): Promise<LedgerTrustRoots> {
  const { attestors } = await authorities.evaluate(accessControl, 'ListAttestors', {});
  const byOrganisation = Map.groupBy(attestors, ({ mspId }) => mspId);
  return {
    v: 1,
    kind: 'careledger.trust-roots',
    network: networkId,
    production: false,
    attestors: Object.fromEntries(
      [...byOrganisation].map(([mspId, registered]) => [mspId, registered.map(({ key }) => key)]),
    ),
    threshold: threshold ?? Math.floor(byOrganisation.size / 2) + 1,
    channel: 'authorities',
    chaincode: records.name,
  };
}
