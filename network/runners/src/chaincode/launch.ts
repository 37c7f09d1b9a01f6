import type { ChaincodeHostNode, NetworkPlan } from '@careledger/network-definition';
import type { ChaincodePackage } from '@careledger/network-admin';
import { RECOVERERS_VARIABLE, recoverersValue } from '@careledger/domain';

/** How to run a chaincode host: the command is the same everywhere, its environment says which organisation's it is. */
export interface ChaincodeCommand {
  readonly command: string;
  readonly args: readonly string[];
}

export interface ChaincodeEnvironmentOptions {
  readonly plan: NetworkPlan;
  readonly host: ChaincodeHostNode;
  readonly packages: ReadonlyMap<string, ChaincodePackage>;
  /** Interface to listen on. */
  readonly listenHost: string;
  /** Paths of PEM files as the host sees them. */
  readonly tlsCert: string;
  readonly tlsKey: string;
  /** TLS authorities of the organisations whose peers may connect, in one file. */
  readonly clientRoots: string;
}

/**
 * Variables that a chaincode host reads: the network ID that statements have to name, who vouches in recoveries, `ACCESS_CONTROL_CHAINCODE_ID` and `ACCESS_CONTROL_CHAINCODE_SERVER_ADDRESS`,
 * the same for `RECORDS`, and the files of its mutual TLS.
 */
export function chaincodeEnvironment(options: ChaincodeEnvironmentOptions): Record<string, string> {
  const env: Record<string, string> = {
    CARELEDGER_NETWORK_ID: options.plan.network,
    [RECOVERERS_VARIABLE]: recoverersValue(options.plan.organizations),
    CHAINCODE_TLS_CERT: options.tlsCert,
    CHAINCODE_TLS_KEY: options.tlsKey,
    CHAINCODE_TLS_CLIENT_ROOTS: options.clientRoots,
  };
  for (const { name, address } of options.plan.chaincodes) {
    const prefix = name.replaceAll('-', '_').toUpperCase();
    env[`${prefix}_CHAINCODE_ID`] = options.packages.get(name)?.packageId ?? '';
    env[`${prefix}_CHAINCODE_SERVER_ADDRESS`] = `${options.listenHost}:${options.host.ports[address] ?? 0}`;
  }
  return env;
}
