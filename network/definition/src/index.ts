export type { CollectionPlan } from './collections.js';
export { DefinitionError, type DefinitionErrorCode } from './errors.js';
export {
  embeddedNetwork,
  type EmbeddedChannel,
  type EmbeddedCollection,
  type EmbeddedNetwork,
} from './embedded.js';
export { DEFAULT_DEFINITION_PATH, loadNetworkDefinition, parseNetworkDefinition } from './load.js';
export { PORT_OFFSETS } from './port-offsets.js';
export { endorsementRule, type EndorsementRule } from './policy.js';
export {
  planNetwork,
  type ChaincodeHostNode,
  type ChannelPlan,
  type NetworkPlan,
  type OrdererNode,
  type PeerNode,
  type PlanOptions,
  type ServiceAddress,
} from './resolve.js';
export {
  NetworkDefinitionSchema,
  type BatchSettings,
  type BftSettings,
  type Consensus,
  type EtcdRaftSettings,
  type FabricCaSettings,
  type NetworkDefinition,
  type OrganizationDefinition,
  type ProfileName,
  type RunnerName,
} from './schema.js';
export {
  serviceConfig,
  type ServiceConfig,
  type ServiceConfigOptions,
  type ServiceSetting,
} from './services/service-config.js';
export {
  callersOf,
  clientOf,
  GATEWAY,
  SERVICE_LAUNCHERS,
  servicesOf,
  type ServiceNode,
  type ServiceProgram,
} from './services/service-node.js';
export { systemTokenOf, tokenEntry, type ServiceToken, type TokenEntry } from './services/service-token.js';
