type Environment = Readonly<Record<string, string | undefined>>;

/** PEM files; without client roots any client may connect. */
export interface TlsFiles {
  readonly keyFile: string;
  readonly certFile: string;
  readonly clientRootsFile?: string;
}

export interface ServerConfig {
  /** `host:port` to listen on. */
  readonly address: string;
  /** Package id by which the peers know this chaincode, e.g. `records:3f2a…`. */
  readonly chaincodeId: string;
  /** Without it the server speaks plain text, which is for loopback and closed container networks. */
  readonly tls?: TlsFiles;
}

/**
 * Where a chaincode listens: `CHAINCODE_SERVER_ADDRESS` and `CHAINCODE_ID` as Fabric's tools name them, with the
 * chaincode's name in front (`ACCESS_CONTROL_CHAINCODE_ID`) where one process hosts several; TLS by
 * `CHAINCODE_TLS_KEY`, `CHAINCODE_TLS_CERT` and `CHAINCODE_TLS_CLIENT_ROOTS`. @throws Error that says what to set
 */
export function serverConfigOf(environment: Environment, chaincode?: string): ServerConfig {
  const prefix = chaincode === undefined ? '' : `${chaincode.replaceAll('-', '_').toUpperCase()}_`;
  const tls = tlsFilesOf(environment);
  return {
    address: required(environment, `${prefix}CHAINCODE_SERVER_ADDRESS`),
    chaincodeId: required(environment, `${prefix}CHAINCODE_ID`),
    ...(tls === undefined ? {} : { tls }),
  };
}

function tlsFilesOf(environment: Environment): TlsFiles | undefined {
  const { CHAINCODE_TLS_KEY, CHAINCODE_TLS_CERT, CHAINCODE_TLS_CLIENT_ROOTS } = environment;
  if (!CHAINCODE_TLS_KEY && !CHAINCODE_TLS_CERT && !CHAINCODE_TLS_CLIENT_ROOTS) return undefined;
  // Half a TLS configuration must not fall back to plain text.
  const files = {
    keyFile: required(environment, 'CHAINCODE_TLS_KEY'),
    certFile: required(environment, 'CHAINCODE_TLS_CERT'),
  };
  return CHAINCODE_TLS_CLIENT_ROOTS ? { ...files, clientRootsFile: CHAINCODE_TLS_CLIENT_ROOTS } : files;
}

function required(environment: Environment, name: string): string {
  const value = environment[name];
  if (value === undefined || value === '') throw new Error(`Set ${name}.`);
  return value;
}
