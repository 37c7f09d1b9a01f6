/** Where a node finds its files: absolute paths on the machine, or in the container, that it runs in. */
export interface NodePaths {
  /** Local MSP folder. */
  readonly msp: string;
  readonly tlsCert: string;
  readonly tlsKey: string;
  /** TLS authority of the node's own organisation: it issued the certificates of those who may administer. */
  readonly tlsRoot: string;
  /** The node's ledger. */
  readonly data: string;
}

/** Raised for messages as large as a genesis block or a chaincode package. */
export const MAX_MESSAGE_BYTES = 100 * 1024 * 1024;
