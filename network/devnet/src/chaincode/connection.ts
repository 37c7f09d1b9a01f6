import { credentials } from '@grpc/grpc-js';
import type { ClientDuplexStream } from '@grpc/grpc-js';
import { peer } from '@hyperledger/fabric-protos';
import { PeerRefusal, messageOf } from '../errors.js';
import {
  CHAINCODE_CONNECT_TIMEOUT_MS,
  CHAINCODE_EXECUTE_TIMEOUT_MS,
  CHAINCODE_RECONNECT_MAX_MS,
  CHAINCODE_RECONNECT_MIN_MS,
  MAX_MESSAGE_BYTES,
} from '../limits.js';
import type { Log } from '../log.js';
import { REQUEST_HANDLERS } from './requests.js';
import type { TransactionContext } from './transaction-context.js';

type ChaincodeMessage = peer.ChaincodeMessage;
const { ChaincodeMessage: Message } = peer;
const { Type } = Message;

/** TLS of a chaincode server, as `connection.json` of a ccaas package has it. PEM texts. */
export interface ChaincodeTls {
  readonly rootCertificate: string;
  readonly clientKey?: string;
  readonly clientCertificate?: string;
}

interface Call {
  readonly context: TransactionContext;
  /** Set while a request of the chaincode is being answered; one at a time per transaction. */
  busy: boolean;
  settle(outcome: ChaincodeMessage | Error): void;
}

function message(type: ChaincodeMessage['getType'] extends () => infer T ? T : never): ChaincodeMessage {
  const proto = new Message();
  proto.setType(type);
  return proto;
}

/**
 * One organisation's peer talking to one chaincode server ("chaincode as a service": the peer is the gRPC
 * client). The stream is opened again, with growing pauses, whenever it ends. KEEPALIVE is never sent, because
 * fabric-shim for Node ends its process on messages it does not know.
 */
export class ChaincodeConnection {
  readonly #client: peer.ChaincodeClient;
  readonly #calls = new Map<string, Call>();
  #stream: ClientDuplexStream<ChaincodeMessage, ChaincodeMessage> | undefined;
  #packageId: string;
  #isReady = false;
  #closed = false;
  #pauseMs = CHAINCODE_RECONNECT_MIN_MS;
  #downSinceMs = performance.now();
  #retry: NodeJS.Timeout | undefined;
  #waiting: (() => void)[] = [];

  constructor(
    readonly mspId: string,
    readonly address: string,
    private readonly log: Log,
    tls?: ChaincodeTls,
  ) {
    this.#packageId = address;
    const channelCredentials = tls
      ? credentials.createSsl(
          Buffer.from(tls.rootCertificate),
          tls.clientKey === undefined ? null : Buffer.from(tls.clientKey),
          tls.clientCertificate === undefined ? null : Buffer.from(tls.clientCertificate),
        )
      : credentials.createInsecure();
    this.#client = new peer.ChaincodeClient(address, channelCredentials, {
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
      'grpc.initial_reconnect_backoff_ms': CHAINCODE_RECONNECT_MIN_MS,
      'grpc.max_reconnect_backoff_ms': CHAINCODE_RECONNECT_MAX_MS,
    });
    this.#connect();
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Resolves once the chaincode has registered. @throws PeerRefusal when it does not within the time */
  async ready(timeoutMs: number = this.#patienceMs()): Promise<void> {
    if (this.#isReady) return;
    await new Promise<void>((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((each) => each !== done);
        const id = this.#packageId;
        reject(
          new PeerRefusal(
            `could not launch chaincode ${id}: connection to ${id} failed: error cannot create connection for ${id}: error creating grpc connection to ${this.address}: context deadline exceeded`,
          ),
        );
      }, timeoutMs);
      this.#waiting.push(done);
    });
  }

  /**
   * Runs a transaction; resolves with the chaincode's COMPLETED or ERROR.
   * @throws PeerRefusal on a timeout, when the stream ends, or when the transaction already runs here
   */
  async execute(context: TransactionContext, input: peer.ChaincodeInput): Promise<ChaincodeMessage> {
    await this.ready();
    const id = context.channel + context.txId;
    if (this.#calls.has(id)) {
      // One stream serves one package: a chaincode that comes back to its own package ends here.
      throw new PeerRefusal(`error sending: txid: ${context.txId}(${context.channel}) exists`);
    }
    const request = message(Type.TRANSACTION);
    request.setPayload(input.serializeBinary());
    request.setTxid(context.txId);
    request.setChannelId(context.channel);
    request.setProposal(context.proposal.signedProposal);
    try {
      return await new Promise<ChaincodeMessage>((resolve, reject) => {
        const timer = setTimeout(() => {
          reject(new PeerRefusal('error sending: timeout expired while executing transaction'));
        }, CHAINCODE_EXECUTE_TIMEOUT_MS);
        const settle = (outcome: ChaincodeMessage | Error): void => {
          clearTimeout(timer);
          if (outcome instanceof Error) reject(outcome);
          else resolve(outcome);
        };
        this.#calls.set(id, { context, busy: false, settle });
        this.#stream?.write(request);
      });
    } finally {
      this.#calls.delete(id);
      await context.queries.closeAll();
    }
  }

  /** A server that has just gone is waited for; one that has long been away is not, for every caller again. */
  #patienceMs(): number {
    const awayMs = performance.now() - this.#downSinceMs;
    return Math.max(CHAINCODE_CONNECT_TIMEOUT_MS - awayMs, CHAINCODE_RECONNECT_MIN_MS);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#stream?.cancel();
    this.#client.close();
  }

  #connect(): void {
    const stream = this.#client.connect();
    this.#stream = stream;
    stream.on('data', (received: ChaincodeMessage) => this.#receive(stream, received));
    stream.on('error', (error: Error) => this.#ended(stream, error));
    stream.on('end', () => this.#ended(stream, undefined));
  }

  #ended(stream: unknown, error: Error | undefined): void {
    if (stream !== this.#stream) return;
    this.#stream = undefined;
    const wasReady = this.#isReady;
    this.#isReady = false;
    if (wasReady) this.#downSinceMs = performance.now();
    for (const call of this.#calls.values()) {
      call.settle(new PeerRefusal('error sending: chaincode stream terminated'));
    }
    if (this.#closed) return;
    const fields = { mspId: this.mspId, address: this.address, reason: error ? messageOf(error) : 'ended' };
    if (wasReady) this.log.warn(fields, 'chaincode stream terminated');
    else this.log.debug(fields, 'chaincode not reachable');
    this.#retry = setTimeout(() => this.#connect(), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, CHAINCODE_RECONNECT_MAX_MS);
  }

  #receive(stream: ClientDuplexStream<ChaincodeMessage, ChaincodeMessage>, received: ChaincodeMessage): void {
    if (stream !== this.#stream) return;
    const type = received.getType();
    if (!this.#isReady) {
      if (type === Type.REGISTER) this.#register(stream, received);
      return;
    }
    const call = this.#calls.get(received.getChannelId() + received.getTxid());
    if (type === Type.COMPLETED || type === Type.ERROR) {
      call?.settle(received);
      return;
    }
    const handler = REQUEST_HANDLERS.get(type);
    if (!handler) {
      this.log.error({ address: this.address, type }, 'chaincode sent a message a peer does not handle');
      stream.cancel();
      return;
    }
    if (call?.busy) {
      this.log.error({ txId: received.getTxid() }, 'another request pending for this transaction: dropped');
      return;
    }
    void this.#answer(stream, received, handler.name, call, handler.handle);
  }

  #register(
    stream: ClientDuplexStream<ChaincodeMessage, ChaincodeMessage>,
    received: ChaincodeMessage,
  ): void {
    this.#packageId =
      peer.ChaincodeID.deserializeBinary(received.getPayload_asU8()).getName() || this.address;
    stream.write(message(Type.REGISTERED));
    stream.write(message(Type.READY));
    this.#isReady = true;
    this.#pauseMs = CHAINCODE_RECONNECT_MIN_MS;
    this.log.debug(
      { mspId: this.mspId, address: this.address, packageId: this.#packageId },
      'chaincode registered',
    );
    for (const resume of this.#waiting.splice(0)) resume();
  }

  async #answer(
    stream: ClientDuplexStream<ChaincodeMessage, ChaincodeMessage>,
    request: ChaincodeMessage,
    name: string,
    call: Call | undefined,
    handle: (payload: Uint8Array, context: TransactionContext) => Promise<Uint8Array> | Uint8Array,
  ): Promise<void> {
    const response = message(Type.RESPONSE);
    response.setTxid(request.getTxid());
    response.setChannelId(request.getChannelId());
    try {
      if (!call) throw new PeerRefusal('no ledger context');
      call.busy = true;
      response.setPayload(await handle(request.getPayload_asU8(), call.context));
    } catch (error) {
      if (!(error instanceof PeerRefusal))
        this.log.error({ err: error, request: name }, 'request of a chaincode failed');
      response.setType(Type.ERROR);
      response.setPayload(
        Buffer.from(`${name} failed: transaction ID: ${request.getTxid()}: ${messageOf(error)}`, 'utf8'),
      );
    }
    if (call) call.busy = false;
    if (stream === this.#stream) stream.write(response);
  }
}
