export { NetworkAdminError, messageOf, type NetworkAdminErrorCode } from './errors.js';
export { CLIENT_KINDS, NetworkLayout, type ClientKind, type PemPair } from './layout.js';
export { silent, type Progress } from './progress.js';
export { readIfThere, writePublic, writeSecret } from './identities/files.js';
export { Identity } from './fabric/identity.js';
export { PeerConnection, type PeerAddress } from './fabric/peer-connection.js';
export { MutualTlsClient, type MutualTlsAddress } from './fabric/mutual-tls.js';
export { OrdererAdmin, type OrdererChannel } from './fabric/participation.js';
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
export { certificateExpiry, type CertificateExpiry } from './identities/expiry.js';
export { enrolmentsOf, ensureIdentities, type Enrolment } from './identities/ensure.js';
export { issueClientIdentity, type ClientIdentityRequest } from './identities/issue-client.js';
export {
  addOrganization,
  changeBatch,
  removeOrganization,
  replaceConsenters,
  updateTrust,
} from './channel/changes.js';
export { ConfigUpdate, type ConfigEdit } from './channel/config-update.js';
export { changeChannel } from './setup/change-channel.js';
export { admitOrganization, expelOrganization, type MembershipChange } from './setup/membership.js';
export { revokeOnChannels, rotateOrderer, rotatePeer } from './setup/rotate.js';
export {
  diagnoseCertificates,
  diagnoseNodes,
  EXPIRY_WARNING_DAYS,
  type Finding,
  type Remedies,
} from './setup/diagnose.js';
export { newState, planOf, readState, requireState, writeState, type NetworkState } from './setup/state.js';
export { enrol, type EnrolmentRequest, type FabricCaOptions } from './identities/fabric-ca.js';
export { revokeCertificate } from './identities/revocation.js';
export { makeOutput, runCommand, table, type Output } from './cli/output.js';
export { reportExpiry, reportFindings } from './cli/report.js';
