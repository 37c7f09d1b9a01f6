export { NetworkAdminError, messageOf, type NetworkAdminErrorCode } from './errors.js';
export { CLIENT_KINDS, NetworkLayout, type ClientKind, type PemPair } from './layout.js';
export { silent, type Progress } from './progress.js';
export { readIfThere, writePublic, writeSecret } from './identities/files.js';
export { Identity } from './fabric/identity.js';
export { PeerConnection, type PeerAddress } from './fabric/peer-connection.js';
export { OrdererAdmin, type OrdererAdminAddress, type OrdererChannel } from './fabric/participation.js';
export {
  blockByNumber,
  chainInfo,
  channelConfig,
  listChannels,
  type ChainInfo,
} from './fabric/peer-channels.js';
export {
  packageChaincode,
  TLS_FIELDS,
  type ChaincodePackage,
  type PackageOptions,
} from './lifecycle/package.js';
export { queryCommitted, queryInstalled } from './lifecycle/lifecycle.js';
export { NetworkConnections } from './setup/connections.js';
export {
  connectionProfile,
  writeConnectionProfile,
  type ConnectionProfile,
} from './setup/connection-profile.js';
export { ensureDefinitions, packagesOf } from './setup/chaincode.js';
export { findUnready, waitUntilReady, type Unready } from './setup/readiness.js';
export { prepareNetwork, setUpNetwork } from './setup/set-up.js';
