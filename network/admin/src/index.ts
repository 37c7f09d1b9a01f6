export { messageOf } from './errors.js';
export { CLIENT_KINDS, NetworkLayout, type ClientKind } from './layout.js';
export { silent, type Progress } from './progress.js';
export { readIfThere, writePublic, writeSecret } from './identities/files.js';
export { MutualTlsClient } from './fabric/mutual-tls.js';
export { chainInfo, type ChainInfo } from './fabric/peer-channels.js';
export { TLS_FIELDS, type ChaincodePackage } from './lifecycle/package.js';
export { queryCommitted } from './lifecycle/lifecycle.js';
export { NetworkConnections } from './setup/connections.js';
export { type ConnectionProfile } from './setup/connection-profile.js';
export { packagesOf } from './setup/chaincode.js';
export { waitUntilReady } from './setup/readiness.js';
export { prepareNetwork, setUpNetwork } from './setup/set-up.js';
export { enrolmentsOf, ensureIdentities } from './identities/ensure.js';
export { issueClientIdentity } from './identities/issue-client.js';
export { admitOrganization, expelOrganization } from './setup/membership.js';
export { revokeOnChannels, rotateOrderer, rotatePeer } from './setup/rotate.js';
export {
  diagnoseCertificates,
  diagnoseNodes,
  EXPIRY_WARNING_DAYS,
  type Finding,
  type Remedies,
} from './setup/diagnose.js';
export { newState, planOf, readState, requireState, writeState, type NetworkState } from './setup/state.js';
export { runCommand, table, type Output } from './cli/output.js';
export { reportExpiry, reportFindings } from './cli/report.js';
