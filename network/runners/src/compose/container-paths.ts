/** Where containers mount what {@link ComposeLayout} holds for them; docker-compose.yaml says the same. */

/** A Fabric node's own folder: its configuration, local MSP and TLS certificate. */
export const FABRIC_CONFIG = '/etc/hyperledger/fabric';
/** A Fabric node's ledger. */
export const FABRIC_DATA = '/var/hyperledger/production';
/** Folder with `bin/detect`, `bin/build` and `bin/release` in the official peer image. */
export const CCAAS_BUILDER = '/opt/hyperledger/ccaas_builder';
/** Own folder of every other container. */
export const CONFIG = '/etc/careledger';
/** A service's client identity at its organisation's peer. */
export const IDENTITY = '/run/careledger/identity';
/** Where the gateway tells the broker which devices' certificates do not count. */
export const REVOCATIONS = '/var/lib/careledger/revocations';
/** A service's store and keys. */
export const DATA = '/var/lib/careledger/store';

/** Containers listen on all of their interfaces: what reaches them is for the compose file's networks to say. */
export const ANY_INTERFACE = '0.0.0.0';
