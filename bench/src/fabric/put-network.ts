import { fileURLToPath } from 'node:url';
import type { ClientWorker } from '../devnet/client.worker.js';
import type { PutNetwork } from '../devnet/put-network.js';
import { WorkerProcess } from '../worker/worker-process.js';
import type { FabricSettings } from './definition.js';
import { fabricFolder, startFabric, type RunningFabric } from './network.js';
import { PUT_ON_FABRIC } from './put-contract.js';

const PUT_HOST = fileURLToPath(new URL('put-host.js', import.meta.url));

/** Fabric with a chaincode that only puts, and a bare client of it. */
export interface PutFabric extends PutNetwork {
  readonly fabric: RunningFabric;
}

/** As on the embedded network: two of three organisations endorse. */
export async function startPutFabric(dir: string, settings: FabricSettings): Promise<PutFabric> {
  await using stack = new AsyncDisposableStack();
  const chaincode = { command: process.execPath, args: [PUT_HOST] };
  const fabric = stack.use(await startFabric(dir, settings, chaincode));
  const client = stack.use(new WorkerProcess<ClientWorker>('devnet/client.worker.js'));
  await client.call('connect', { dir: fabricFolder(dir), ...PUT_ON_FABRIC });
  const running = stack.move();
  return { client, fabric, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
