import type { ChannelCredentials, ClientDuplexStream } from '@grpc/grpc-js';
import { peer } from '@hyperledger/fabric-protos';
import { PeerRefusal, messageOf } from '../errors.js';
import { CHAINCODE_EXECUTE_TIMEOUT_MS, CHAINCODE_KEYS_IN_MESSAGE_MAX, MAX_MESSAGE_BYTES } from '../limits.js';
import type { Log } from '../log.js';
import { REQUEST_HANDLERS } from './requests.js';
import type { TransactionContext } from './transaction-context.js';

type ChaincodeMessage = peer.ChaincodeMessage;
const { ChaincodeMessage: Message } = peer;
const { Type } = Message;

export interface StreamOptions {
  readonly credentials: ChannelCredentials;
  readonly log: Log;
  /** Ends the attempt to connect. */
  readonly signal: AbortSignal;
  /** Called when a registered stream ends by itself. */
  onEnd(this: void, reason: string): void;
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

/** As Fabric 3.1's peers say it: many reads or writes may come in one message. */
function ready(): ChaincodeMessage {
  const offer = new peer.ChaincodeAdditionalParams();
  offer.setUseWriteBatch(true);
  offer.setMaxSizeWriteBatch(CHAINCODE_KEYS_IN_MESSAGE_MAX);
  offer.setUseGetMultipleKeys(true);
  offer.setMaxSizeGetMultipleKeys(CHAINCODE_KEYS_IN_MESSAGE_MAX);
  const proto = message(Type.READY);
  proto.setPayload(offer.serializeBinary());
  return proto;
}

/**
 * One chat of a peer with a chaincode server ("chaincode as a service": the peer is the gRPC client), from the
 * chaincode's registration to the end of the gRPC stream. KEEPALIVE is never sent, because fabric-shim for Node
 * ends its process on messages it does not know.
 */
export class ChaincodeStream {
  readonly #calls = new Map<string, Call>();
  readonly #client: peer.ChaincodeClient;
  readonly #stream: ClientDuplexStream<ChaincodeMessage, ChaincodeMessage>;
  readonly #registered = Promise.withResolvers<boolean>();
  #packageId: string | undefined;
  #hasEnded = false;
  readonly #address: string;
  readonly #options: StreamOptions;

  private constructor(address: string, options: StreamOptions) {
    this.#address = address;
    this.#options = options;
    this.#client = new peer.ChaincodeClient(address, options.credentials, {
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
      // A connection of its own: a shared one would still hold back after earlier attempts that failed.
      'grpc.use_local_subchannel_pool': 1,
    });
    this.#stream = this.#client.connect();
    this.#stream.on('data', (received: ChaincodeMessage) => this.#receive(received));
    this.#stream.on('error', (error: Error) => this.#ended(messageOf(error)));
    this.#stream.on('end', () => this.#ended('ended'));
  }

  /**
   * Connects, once. Resolves with the stream when the chaincode has registered, with undefined when it is not there or
   * the signal aborts before.
   */
  static async open(address: string, options: StreamOptions): Promise<ChaincodeStream | undefined> {
    const { signal } = options;
    if (signal.aborted) return undefined;
    const stream = new ChaincodeStream(address, options);
    const abort = (): void => stream.close();
    signal.addEventListener('abort', abort);
    const registered = await stream.#registered.promise;
    signal.removeEventListener('abort', abort);
    return registered && stream.isOpen ? stream : undefined;
  }

  /** Whether calls can be made. */
  get isOpen(): boolean {
    return !this.#hasEnded;
  }

  /** As the chaincode has registered. */
  get packageId(): string {
    return this.#packageId ?? this.#address;
  }

  /**
   * Runs a transaction; resolves with the chaincode's COMPLETED or ERROR.
   * @throws PeerRefusal on a timeout, when the stream ends, or when the transaction already runs here
   */
  async execute(context: TransactionContext, input: peer.ChaincodeInput): Promise<ChaincodeMessage> {
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
        if (this.isOpen) this.#stream.write(request);
        else settle(terminated());
      });
    } finally {
      this.#calls.delete(id);
      await context.queries.closeAll();
    }
  }

  /** Ends it; what still runs is refused. */
  close(): void {
    this.#end();
    this.#stream.cancel();
  }

  #ended(reason: string): void {
    if (this.#hasEnded) return;
    const wasRegistered = this.#packageId !== undefined;
    this.#end();
    if (wasRegistered) this.#options.onEnd(reason);
    else this.#options.log.debug({ address: this.#address, reason }, 'chaincode not reachable');
  }

  #end(): void {
    this.#hasEnded = true;
    this.#registered.resolve(false);
    for (const call of this.#calls.values()) call.settle(terminated());
    this.#client.close();
  }

  #receive(received: ChaincodeMessage): void {
    if (this.#hasEnded) return;
    const type = received.getType();
    if (this.#packageId === undefined) {
      if (type === Type.REGISTER) this.#register(received);
      return;
    }
    const call = this.#calls.get(received.getChannelId() + received.getTxid());
    if (type === Type.COMPLETED || type === Type.ERROR) {
      call?.settle(received);
      return;
    }
    const handler = REQUEST_HANDLERS.get(type);
    if (!handler) {
      this.#options.log.error(
        { address: this.#address, type },
        'chaincode sent a message a peer does not handle',
      );
      this.#stream.cancel();
      return;
    }
    if (call?.busy) {
      this.#options.log.error(
        { txId: received.getTxid() },
        'another request pending for this transaction: dropped',
      );
      return;
    }
    void this.#answer(received, handler.name, call, handler.handle);
  }

  #register(received: ChaincodeMessage): void {
    this.#packageId =
      peer.ChaincodeID.deserializeBinary(received.getPayload_asU8()).getName() || this.#address;
    this.#stream.write(message(Type.REGISTERED));
    this.#stream.write(ready());
    this.#registered.resolve(true);
  }

  async #answer(
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
        this.#options.log.error({ err: error, request: name }, 'request of a chaincode failed');
      response.setType(Type.ERROR);
      response.setPayload(
        Buffer.from(`${name} failed: transaction ID: ${request.getTxid()}: ${messageOf(error)}`, 'utf8'),
      );
    }
    if (call) call.busy = false;
    if (this.isOpen) this.#stream.write(response);
  }
}

function terminated(): PeerRefusal {
  return new PeerRefusal('error sending: chaincode stream terminated');
}
