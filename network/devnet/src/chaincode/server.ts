import { CHAINCODE_CONNECT_TIMEOUT_MS } from '../limits.js';

/** How a peer finds a chaincode: a server that somebody else runs, or one that the devnet starts. */
export interface ChaincodeServer {
  /** As messages name it while nothing has registered. */
  readonly name: string;
  /** How long a proposal waits for it. */
  readonly waitMs: number;
  /** `host:port`; starts what does not run. @throws DevnetError CHAINCODE_MODULE_FAILED */
  address(): Promise<string>;
}

/** A chaincode server that somebody else runs. */
export function serverAt(address: string): ChaincodeServer {
  return {
    name: address,
    waitMs: CHAINCODE_CONNECT_TIMEOUT_MS,
    address: () => Promise.resolve(address),
  };
}
