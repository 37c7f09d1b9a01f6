import { networkIdOf } from '../network-id.js';
import type { Chaincode } from '../dispatch/handlers.js';
import { contractClass, type ContractClass } from './contract-class.js';
import { serve } from './serve.js';
import { serverConfigOf } from './server-config.js';

/** A chaincode by its name on the channels, and the contracts that it serves for statements of one network. */
export interface NamedContracts {
  readonly name: string;
  readonly contractsOf: (networkId: string) => readonly ContractClass[];
}

/** Main program of a chaincode process of this project; see `launchContracts`. */
export const launch = (chaincodes: readonly Chaincode[]): Promise<void> =>
  launchContracts(
    chaincodes.map((chaincode) => ({
      name: chaincode.definition.name,
      contractsOf: (networkId) => [contractClass(chaincode, networkId)],
    })),
  );

/**
 * Serves one chaincode, or several with their names before the variables, until SIGTERM or SIGINT. Standard output
 * carries one JSON line once all listen; logs go to standard error.
 */
export async function launchContracts(chaincodes: readonly NamedContracts[]): Promise<void> {
  const announce = process.stdout.write.bind(process.stdout);
  // fabric-shim logs to standard output.
  process.stdout.write = process.stderr.write.bind(process.stderr);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
  try {
    const urls = await listen(chaincodes);
    announce(`${JSON.stringify({ ready: true, service: 'chaincode', pid: process.pid, urls })}\n`);
  } catch (error) {
    // fabric-shim's logger swallows what is not caught, and the process would end as if all were well.
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}

async function listen(chaincodes: readonly NamedContracts[]): Promise<Record<string, string>> {
  const networkId = networkIdOf(process.env);
  process.stderr.write(`Statements count for network ${networkId}.\n`);
  const urls: Record<string, string> = {};
  for (const { name, contractsOf } of chaincodes) {
    const config = serverConfigOf(process.env, chaincodes.length > 1 ? name : undefined);
    await serve(name, contractsOf(networkId), config);
    urls[name] = `${config.tls === undefined ? 'grpc' : 'grpcs'}://${config.address}`;
  }
  return urls;
}
