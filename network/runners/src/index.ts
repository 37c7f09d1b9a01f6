export { chaincodeHostCommand, HOST_VARIABLE } from './chaincode/host-program.js';
export { builderConfig, type ChaincodeTls } from './chaincode/builder-config.js';
export {
  chaincodeEnvironment,
  type ChaincodeCommand,
  type ChaincodeEnvironmentOptions,
} from './chaincode/launch.js';
export { writeBrokerFiles } from './compose/broker-files.js';
export { BROKER, BROKER_REVOCATIONS, DEVICES_AUTHORITY } from './compose/broker.js';
export { certifyDevice } from './compose/device-certificate.js';
export { DEVICES_ORGANIZATION } from './compose/devices.js';
export { ComposeLayout } from './compose/layout.js';
export { ProcessExitedError, RunnerError, type RunnerErrorCode } from './errors.js';
export { findFabricBinaries, requireFabricBinaries, type FabricBinaries } from './native/binaries.js';
export { DEFAULT_ROOT, NativeLayout } from './native/layout.js';
export { NativeNetwork, type NativeOptions, type UpOptions } from './native/native-network.js';
export type { ProcessStatus } from './native/processes.js';
export { ordererConfig } from './node-config/orderer.js';
export { peerConfig } from './node-config/peer.js';
export { backup, restore, type BackupReport } from './native/backup.js';
export { diagnose } from './native/doctor.js';
export { heights, ordererHeights, type OrdererHeight, type PeerHeight } from './operations/heights.js';
export { addOrganization, removeOrganization } from './operations/membership.js';
export { rotate } from './operations/rotate.js';
export { upgradeChaincode } from './operations/upgrade-chaincode.js';
export { ensureTlsCertificates, writeTlsRoots } from './services/tls.js';
