import { loadNetworkDefinition, type NetworkDefinition } from '@careledger/network-definition';

export interface FabricSettings {
  readonly consensus: 'etcdraft' | 'BFT';
  /** The first of the definition's orderers, or all four: BFT needs all. */
  readonly orderers: 'one' | 'all';
  /** How long an orderer waits for a block to fill. */
  readonly blockTimeoutMs: number;
}

/** Of the project's small profile, as `network/careledger.network.yaml` has it. */
export function projectSettings(): FabricSettings {
  const { ordering, profiles } = loadNetworkDefinition();
  const { consensus, orderers } = profiles.small;
  return {
    consensus,
    orderers: orderers.length === 1 ? 'one' : 'all',
    blockTimeoutMs: ordering.batch.timeoutMs,
  };
}

/**
 * The project's definition with other settings of its small profile. Its orderers are one organisation's, so that networks of
 * one orderer and of four have the same peers.
 */
export function definitionWith({ consensus, orderers, blockTimeoutMs }: FabricSettings): NetworkDefinition {
  const definition = loadNetworkDefinition();
  const { small } = definition.profiles;
  const [organization = ''] = small.organizations;
  const nodes = definition.orderers.map((orderer) => ({ ...orderer, organization }));
  const ids = nodes.map(({ id }) => id);
  const { batch, bft } = definition.ordering;
  return {
    ...definition,
    orderers: nodes,
    ordering: {
      ...definition.ordering,
      batch: { ...batch, timeoutMs: blockTimeoutMs },
      // BFT orderers do not look at the block timeout: this is theirs.
      bft: { ...bft, requestBatchMaxIntervalMs: blockTimeoutMs },
    },
    profiles: {
      ...definition.profiles,
      small: { ...small, consensus, orderers: orderers === 'all' ? ids : ids.slice(0, 1) },
    },
  };
}
