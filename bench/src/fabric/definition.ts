import { loadNetworkDefinition, type NetworkDefinition } from '@careledger/network-definition';

export interface FabricSettings {
  /** One Raft orderer, or four BFT orderers. */
  readonly consensus: 'etcdraft' | 'BFT';
  /** How long an orderer waits for a block to fill. */
  readonly blockTimeoutMs: number;
}

/** Of the project's small profile, as `network/careledger.network.yaml` has it. */
export function projectSettings(): FabricSettings {
  const { ordering, profiles } = loadNetworkDefinition();
  return { consensus: profiles.small.consensus, blockTimeoutMs: ordering.batch.timeoutMs };
}

/**
 * The project's definition with other settings of its small profile. Its orderers are one organisation's, so that networks of
 * one orderer and of four have the same peers.
 */
export function definitionWith({ consensus, blockTimeoutMs }: FabricSettings): NetworkDefinition {
  const definition = loadNetworkDefinition();
  const { small } = definition.profiles;
  const [organization = ''] = small.organizations;
  const orderers = definition.orderers.map((orderer) => ({ ...orderer, organization }));
  const chosen = consensus === 'BFT' ? orderers.map(({ id }) => id) : small.orderers;
  const { batch, bft } = definition.ordering;
  return {
    ...definition,
    orderers,
    ordering: {
      ...definition.ordering,
      batch: { ...batch, timeoutMs: blockTimeoutMs },
      // BFT orderers do not look at the block timeout: this is theirs.
      bft: { ...bft, requestBatchMaxIntervalMs: blockTimeoutMs },
    },
    profiles: { ...definition.profiles, small: { ...small, consensus, orderers: chosen } },
  };
}
