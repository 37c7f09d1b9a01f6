export type { CollectionPlan } from './collections.js';
export { DEV_FOLDER, devNetworkFolder } from './dev-folder.js';
export { DefinitionError } from './errors.js';
export { embeddedNetwork } from './embedded.js';
export { DEFAULT_DEFINITION_PATH, loadNetworkDefinition, parseNetworkDefinition } from './load.js';
export { PORT_OFFSETS } from './port-offsets.js';
export type { EndorsementRule } from './policy.js';
export {
  planNetwork,
  type ChaincodeHostNode,
  type ChannelPlan,
  type IdentityNode,
  type NetworkPlan,
  type OrdererNode,
  type PeerNode,
} from './resolve.js';
export type {
  BatchSettings,
  FabricCaSettings,
  NetworkDefinition,
  OrganizationDefinition,
  ProfileName,
  RunnerName,
} from './schema.js';
export { identityConfig, type IdentitySetting } from './services/identity-config.js';
export { serviceConfig, type ServiceConfigFile, type ServiceSetting } from './services/service-config.js';
export { PROCESS_MEMORY } from './services/service-memory.js';
export {
  callersOf,
  clientOf,
  GATEWAY,
  IDENTITY_LAUNCHER,
  SERVICE_LAUNCHERS,
  servicesOf,
  type ServiceNode,
  type ServiceProgram,
} from './services/service-node.js';
export type { ServiceToken } from './services/service-token.js';
