import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClientWorker } from '../devnet/client.worker.js';
import type { PutNetwork } from '../devnet/put-network.js';
import { WorkerProcess } from '../worker/worker-process.js';
import type { FabricSettings } from './definition.js';
import type { LedgerWorker } from './ledger.worker.js';
import { fabricFolder, startFabric, type RunningFabric } from './network.js';
import { PUT_ON_FABRIC } from './put-contract.js';

const PUT_HOST = fileURLToPath(new URL('put-host.js', import.meta.url));

/** Fabric with a chaincode that only puts, a bare client of it, and ours. */
export interface PutFabric extends PutNetwork {
  readonly fabric: RunningFabric;
  /** Sends again what an orderer refuses to take twice; the bare client takes that for a failure. */
  readonly ledger: WorkerProcess<LedgerWorker>;
}

/** As on the embedded network: two of three organisations endorse. */
export async function startPutFabric(dir: string, settings: FabricSettings): Promise<PutFabric> {
  await using stack = new AsyncDisposableStack();
  const chaincode = { command: process.execPath, args: [PUT_HOST] };
  const fabric = stack.use(await startFabric(dir, settings, chaincode));
  const client = stack.use(new WorkerProcess<ClientWorker>('devnet/client.worker.js'));
  await client.call('connect', { dir: fabricFolder(dir), ...PUT_ON_FABRIC });
  const ledger = stack.use(new WorkerProcess<LedgerWorker>('fabric/ledger.worker.js'));
  const { channel, mspId } = PUT_ON_FABRIC;
  const storePath = join(dir, 'ledger.db');
  await ledger.call('connect', { dir: fabricFolder(dir), channel, mspId, name: 'user', storePath });
  const running = stack.move();
  return { client, fabric, ledger, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
