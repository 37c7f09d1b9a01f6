import { WorkerProcess } from '../worker/worker-process.js';
import type { ClientWorker } from './client.worker.js';
import { PUT_CHAINCODE, devnetProcess, type DevnetSettings } from './process.js';

const ORGANIZATIONS = ['Org1MSP', 'Org2MSP', 'Org3MSP'];
/** Where a client finds the smallest chaincode that writes. */
const PUT_ON_DEVNET = { channel: 'ch', mspId: 'Org1MSP', chaincode: 'put' } as const;

/** A client of a network on which it puts, and the network, which goes with it. */
export interface PutNetwork extends AsyncDisposable {
  readonly client: WorkerProcess<ClientWorker>;
}

/** An embedded network of three organisations, a majority of which endorses, with a chaincode that only puts. */
export async function startPutDevnet(dir: string, settings: DevnetSettings = {}): Promise<PutNetwork> {
  await using stack = new AsyncDisposableStack();
  const chaincodes = { [PUT_ON_DEVNET.chaincode]: { source: `module:${PUT_CHAINCODE}` } };
  const channels = { [PUT_ON_DEVNET.channel]: { organizations: ORGANIZATIONS, chaincodes } };
  const devnet = stack.use(devnetProcess(dir, channels, settings));
  await devnet.start();
  const client = stack.use(new WorkerProcess<ClientWorker>('devnet/client.worker.js'));
  await client.call('connect', { dir, ...PUT_ON_DEVNET });
  const running = stack.move();
  return { client, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
