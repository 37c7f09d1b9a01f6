import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

/** How long a peer waits for the chaincode's server. */
const DIAL_TIMEOUT = '10s';

export interface ChaincodePackage {
  /** `label:SHA-256 of the archive`: what organisations have to share for their chaincode to be the same. */
  readonly packageId: string;
  readonly label: string;
  readonly bytes: Uint8Array;
}

export interface PackageOptions {
  readonly name: string;
  readonly version: string;
  /** Field of the peers' builder configuration with `address`; certificates are in the fields beside it. */
  readonly addressField: string;
}

/** Fields of CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG beside the addresses. */
export const TLS_FIELDS = { rootCert: 'rootCert', clientCert: 'clientCert', clientKey: 'clientKey' } as const;

/**
 * A package for chaincode that runs as a service (Fabric docs, "Running chaincode as an external service"). It holds
 * no code and no address: each peer's builder fills in its own. The same options give the same bytes everywhere, so
 * organisations that never exchanged a file arrive at one package ID.
 */
export async function packageChaincode(options: PackageOptions): Promise<ChaincodePackage> {
  const label = `${options.name}_${options.version}`;
  const field = (name: string): string => `{{.${name}}}`;
  const connection = {
    address: field(options.addressField),
    dial_timeout: DIAL_TIMEOUT,
    tls_required: true,
    client_auth_required: true,
    root_cert: field(TLS_FIELDS.rootCert),
    client_cert: field(TLS_FIELDS.clientCert),
    client_key: field(TLS_FIELDS.clientKey),
  };
  const code = await archive([['connection.json', JSON.stringify(connection)]]);
  const bytes = await archive([
    ['metadata.json', JSON.stringify({ type: 'ccaas', label })],
    ['code.tar.gz', code],
  ]);
  return { label, bytes, packageId: `${label}:${createHash('sha256').update(bytes).digest('hex')}` };
}

/** The gzip header's last byte names the operating system (RFC 1952, 2.3.1); 255 is "unknown". */
const GZIP_OS_OFFSET = 9;
const GZIP_OS_UNKNOWN = 255;

async function archive(
  files: readonly (readonly [name: string, content: string | Uint8Array])[],
): Promise<Uint8Array> {
  const tar = pack();
  for (const [name, content] of files) {
    // Owner, times and mode are fixed: they would differ from machine to machine.
    tar.entry({ name, mtime: new Date(0), mode: 0o644, uid: 0, gid: 0 }, Buffer.from(content));
  }
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar as AsyncIterable<Buffer>) chunks.push(chunk);
  const zipped = gzipSync(Buffer.concat(chunks), { level: 0 });
  zipped[GZIP_OS_OFFSET] = GZIP_OS_UNKNOWN;
  return zipped;
}
