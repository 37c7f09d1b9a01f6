import { readFile } from 'node:fs/promises';
import type { ChaincodeTlsOptions } from '../config/options.js';

/** TLS of a chaincode server, as `connection.json` of a ccaas package has it. PEM texts. */
export interface ChaincodeTls {
  readonly rootCertificate: string;
  readonly clientKey?: string;
  readonly clientCertificate?: string;
}

/** Reads the PEM files of a chaincode server's TLS options. */
export async function readChaincodeTls(options: ChaincodeTlsOptions): Promise<ChaincodeTls> {
  const [rootCertificate, clientKey, clientCertificate] = await Promise.all(
    [options.rootCertificate, options.clientKey, options.clientCertificate].map((path) =>
      path === undefined ? Promise.resolve(undefined) : readFile(path, 'utf8'),
    ),
  );
  return {
    rootCertificate: rootCertificate ?? '',
    ...(clientKey !== undefined && { clientKey }),
    ...(clientCertificate !== undefined && { clientCertificate }),
  };
}
