/** A private data collection, with the field names of Fabric's collection files. */
export interface CollectionOptions {
  readonly name: string;
  /** Who keeps the data, e.g. `OR('Org1MSP.member','Org2MSP.member')`. */
  readonly policy: string;
  readonly memberOnlyRead?: boolean;
  readonly memberOnlyWrite?: boolean;
  readonly endorsementPolicy?: { readonly signaturePolicy: string };
  /** Peers of other members that must have the data before an endorsement is given. */
  readonly requiredPeerCount?: number;
  /** 1 by default; only said to those who ask for the definition: here every member's peer gets the data. */
  readonly maxPeerCount?: number;
  /** Blocks after which the data is removed; 0, the default, keeps it. */
  readonly blockToLive?: number;
}

/** TLS towards a chaincode server; paths of PEM files. */
export interface ChaincodeTlsOptions {
  readonly rootCertificate: string;
  readonly clientKey?: string;
  readonly clientCertificate?: string;
}

/** A chaincode on a channel. */
export interface ChaincodeOptions {
  /**
   * Where it runs: `HOST:PORT` of a chaincode server, or `module:PATH` for the devnet to run it. One source for
   * all organisations with peers, or one each.
   */
  readonly source: string | Readonly<Record<string, string>>;
  /** Endorsement policy; a majority of the channel's organisations by default. */
  readonly policy?: string;
  readonly version?: string;
  readonly collections?: readonly CollectionOptions[];
  readonly tls?: ChaincodeTlsOptions;
}

/** A channel. */
export interface ChannelOptions {
  /** Organisations with a peer, and so with an endpoint. */
  readonly organizations: readonly string[];
  /** Organisations without a peer: their clients are accepted, they endorse nothing. */
  readonly members?: readonly string[];
  readonly chaincodes?: Readonly<Record<string, ChaincodeOptions>>;
}

/** Every organisation of a channel. */
export function organisationsOf({ organizations, members = [] }: ChannelOptions): string[] {
  return [...organizations, ...members];
}

/** Everything a devnet is made of. A configuration file has this shape. */
export interface DevnetOptions {
  /** Folder of identities, ledgers and the connection file; made if it is not there. */
  readonly dir: string;
  readonly channels: Readonly<Record<string, ChannelOptions>>;
  /**
   * Host name of an organisation's peer: in its TLS certificate, as `serverName` in `connection.json`, and as error
   * details name it; `peer0.MSPID.devnet.local` by default.
   */
  readonly peerNames?: Readonly<Record<string, string>>;
  /** Address to listen on; loopback by default. */
  readonly host?: string;
  /** Port of the first organisation; the others get the following ones. 0 (default) gives each any free one. */
  readonly port?: number;
  /** Mutual TLS: clients need a certificate of an organisation's CA or of the TLS CA. */
  readonly requireClientCert?: boolean;
  /** How far a proposal's clock may be off. */
  readonly timeWindowMs?: number;
  /** How long the first transaction of a block waits for others. */
  readonly batchTimeoutMs?: number;
  /** Transactions in a block at most. */
  readonly maxMessages?: number;
  /** silent, error, warn (default), info or debug. */
  readonly logLevel?: string;
}
