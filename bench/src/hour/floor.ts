import { join } from 'node:path';
import { BATCH_MAX_ITEMS } from '@careledger/contracts';
import { CHANNELS } from '@careledger/domain';
import { STORE_BATCH_MAX_ITEMS } from '@careledger/protocol';
import type { BenchContext } from '../run/measure.js';
import { cpuPerOperationUs } from '../run/cpu.js';
import type { ClientWorker } from '../devnet/client.worker.js';
import { PUT_CHAINCODE, devnetProcess } from '../devnet/process.js';
import { WorkerProcess } from '../worker/worker-process.js';
import type { FloorWorker } from './floor.worker.js';
import type { SinkWorker } from './sink.worker.js';

/** Of an hour of a glucose monitor, as FHIR. */
const CONTENT_BYTES = 9_000;
/** Base64url of it, with manifest, statement, wraps. */
const BODY_BYTES = 17_000;
/** About what a provider's receipt makes of an answer. */
const ANSWER_BYTES = 800;
/** A statement about a record, which a transaction carries. */
const STATEMENT_BYTES = 1_200;

/** What cannot be done without, in bare loops: the same number of records. */
export class Floor implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly #worker: WorkerProcess<FloorWorker>;
  readonly #sink: WorkerProcess<SinkWorker>;
  readonly #client: WorkerProcess<ClientWorker>;
  readonly #url: string;

  private constructor(
    stack: AsyncDisposableStack,
    workers: {
      readonly worker: WorkerProcess<FloorWorker>;
      readonly sink: WorkerProcess<SinkWorker>;
      readonly client: WorkerProcess<ClientWorker>;
    },
    url: string,
  ) {
    this.#stack = stack;
    this.#worker = workers.worker;
    this.#sink = workers.sink;
    this.#client = workers.client;
    this.#url = url;
  }

  static async open(folder: BenchContext['folder']): Promise<Floor> {
    await using stack = new AsyncDisposableStack();
    const dir = join(folder, 'floor');
    const chaincodes = { put: { source: `module:${PUT_CHAINCODE}` } };
    const devnet = stack.use(devnetProcess(dir, { ch: { organizations: ['Org1MSP'], chaincodes } }));
    await devnet.start();
    const client = stack.use(new WorkerProcess<ClientWorker>('devnet/client.worker.js'));
    await client.call('connect', { dir, channel: 'ch', mspId: 'Org1MSP', chaincode: 'put' });
    const sink = stack.use(new WorkerProcess<SinkWorker>('hour/sink.worker.js'));
    const url = await sink.call('start', undefined);
    const worker = stack.use(new WorkerProcess<FloorWorker>('hour/floor.worker.js'));
    return new Floor(stack.move(), { worker, sink, client }, url);
  }

  /** Microseconds of CPU for each record. */
  async round(records: number): Promise<number> {
    const cryptography = await this.#worker.call('cryptography', { records, contentBytes: CONTENT_BYTES });
    const requests = Math.ceil(records / STORE_BATCH_MAX_ITEMS);
    const ofRequest = (bytes: number): number => Math.ceil((records * bytes) / requests);
    await this.#sink.call('begin', { answerBytes: ofRequest(ANSWER_BYTES) });
    const bodyBytes = ofRequest(BODY_BYTES);
    const http = await this.#worker.call('http', { requests, url: this.#url, bodyBytes });
    const served = await this.#sink.call('end', undefined);
    const transactions = CHANNELS.length * Math.ceil(records / BATCH_MAX_ITEMS);
    const valueBytes = (CHANNELS.length * records * STATEMENT_BYTES) / transactions;
    const ledger = await this.#client.call('cost', { transactions, valueBytes });
    return cpuPerOperationUs(cryptography) + (http.cpuUs + served + ledger.cpuUs) / records;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
