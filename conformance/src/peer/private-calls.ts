import type { Contract } from '@hyperledger/fabric-gateway';
import { seen, type Outcome } from '../fixtures/observation/outcome.js';
import { CLOUD_A, type PeerNetwork } from '../fixtures/probe/peer-network.js';

/** Who calls whom. */
export interface Call {
  /** Whose client calls; CloudA's unless said. */
  readonly as?: string;
  /** Whose gateway is asked; the client's own unless said. */
  readonly at?: string;
  /** Who has to endorse; whom the gateway finds unless said. */
  readonly by?: readonly string[];
}

export const contractOf = (network: PeerNetwork, { as: mspId = CLOUD_A, at = mspId }: Call): Contract =>
  network.client({ mspId, at }).contract;
export const named = ({ by }: Call): { endorsingOrganizations?: string[] } =>
  by ? { endorsingOrganizations: [...by] } : {};

/** Puts a value under a key of a collection. */
export const put = (
  network: PeerNetwork,
  collection: string,
  [key, value]: readonly [key: string, value: string],
  call: Call = {},
): Promise<Outcome> =>
  seen(
    contractOf(network, call).submit('putPrivate', {
      arguments: [collection, key],
      transientData: { value },
      ...named(call),
    }),
  );

/** Asks one peer, which has all blocks that were reported committed. */
export async function ask(
  network: PeerNetwork,
  name: string,
  args: string[],
  call: Call = {},
): Promise<Outcome> {
  await network.level();
  const { as = CLOUD_A, at = as } = call;
  return seen(contractOf(network, call).evaluate(name, { arguments: args, endorsingOrganizations: [at] }));
}
export const get = (network: PeerNetwork, collection: string, key: string, call?: Call): Promise<Outcome> =>
  ask(network, 'getPrivate', [collection, key], call);
export const hash = (network: PeerNetwork, collection: string, key: string, call?: Call): Promise<Outcome> =>
  ask(network, 'privateHash', [collection, key], call);
