import { readFile } from 'node:fs/promises';
import { JSONSerializer } from 'fabric-contract-api';
import { Shim, type ChaincodeServerOpts } from 'fabric-shim';
import ChaincodeFromContract from 'fabric-shim/lib/contract-spi/chaincodefromcontract.js';
import type { ContractClass } from './contract-class.js';
import type { ServerConfig, TlsFiles } from './server-config.js';

/** As fabric-shim's own server command sets them (lib/cmds/serverCommand.js): unlimited messages, and keepalive. */
const GRPC_OPTIONS = {
  'grpc.max_send_message_length': -1,
  'grpc.max_receive_message_length': -1,
  'grpc.keepalive_time_ms': 110_000,
  'grpc.keepalive_timeout_ms': 20_000,
  'grpc.keepalive_permit_without_calls': 1,
};

/** Listens for peers (chaincode as a service). The server lives until the process ends: fabric-shim cannot stop it. */
export async function serve(
  name: string,
  contracts: readonly ContractClass[],
  { address, chaincodeId, tls }: ServerConfig,
): Promise<void> {
  const serializers = { transaction: 'json', serializers: { json: JSONSerializer } };
  const chaincode = new ChaincodeFromContract([...contracts], serializers, undefined, name, '1');
  const tlsProps = tls === undefined ? {} : { tlsProps: await readTls(tls) };
  const options = { ccid: chaincodeId, address, ...GRPC_OPTIONS, ...tlsProps };
  // fabric-shim's types ask for tlsProps, its code takes their absence for plain text (lib/server.js).
  await Shim.server(chaincode, options as ChaincodeServerOpts).start();
}

async function readTls({ keyFile, certFile, clientRootsFile }: TlsFiles) {
  const [key, cert, clientCACerts] = await Promise.all([
    readFile(keyFile),
    readFile(certFile),
    clientRootsFile === undefined ? undefined : readFile(clientRootsFile),
  ]);
  return { key, cert, ...(clientCACerts === undefined ? {} : { clientCACerts }) };
}
