import { setTimeout as delay } from 'node:timers/promises';
import { credentials } from '@grpc/grpc-js';
import type { ChannelCredentials } from '@grpc/grpc-js';
import type { peer } from '@hyperledger/fabric-protos';
import { PeerRefusal } from '../errors.js';
import { CHAINCODE_CONNECT_TIMEOUT_MS, CHAINCODE_DIAL_INTERVAL_MS } from '../limits.js';
import type { Log } from '../log.js';
import type { ChaincodeServer } from './server.js';
import { ChaincodeStream } from './stream.js';
import type { ChaincodeTls } from './tls.js';
import type { TransactionContext } from './transaction-context.js';

/** A proposal that waits until the chaincode has registered. */
interface Waiter {
  resolve(stream: ChaincodeStream): void;
  reject(error: PeerRefusal): void;
}

/**
 * One organisation's peer and one chaincode server. As in a peer, a proposal that finds no stream dials, and goes
 * on dialling until the server answers or the proposal has waited long enough. Nothing is dialled in between, and no
 * proposal waits because earlier ones found nobody.
 */
export class ChaincodeConnection {
  readonly #credentials: ChannelCredentials;
  readonly #waiting = new Set<Waiter>();
  readonly #closing = new AbortController();
  #stream: ChaincodeStream | undefined;
  #packageId: string | undefined;
  #isDialling = false;
  readonly #mspId: string;
  readonly #server: ChaincodeServer;
  readonly #log: Log;

  constructor(mspId: string, server: ChaincodeServer, log: Log, tls?: ChaincodeTls) {
    this.#mspId = mspId;
    this.#server = server;
    this.#log = log;
    this.#credentials = tls
      ? credentials.createSsl(
          Buffer.from(tls.rootCertificate),
          tls.clientKey === undefined ? null : Buffer.from(tls.clientKey),
          tls.clientCertificate === undefined ? null : Buffer.from(tls.clientCertificate),
        )
      : credentials.createInsecure();
  }

  /** Resolves once the chaincode has registered. @throws PeerRefusal when it does not within the server's time */
  async ready(): Promise<void> {
    await this.#registered();
  }

  /**
   * Runs a transaction; resolves with the chaincode's COMPLETED or ERROR.
   * @throws PeerRefusal when it is not there, on a timeout, when the stream ends, or when the transaction already runs
   */
  async execute(context: TransactionContext, input: peer.ChaincodeInput): Promise<peer.ChaincodeMessage> {
    const stream = await this.#registered();
    return stream.execute(context, input);
  }

  close(): void {
    this.#closing.abort();
    this.#stream?.close();
    this.#refuse('the peer is stopping');
  }

  async #registered(): Promise<ChaincodeStream> {
    if (this.#stream?.isOpen) return this.#stream;
    const { promise, resolve, reject } = Promise.withResolvers<ChaincodeStream>();
    const waiter: Waiter = { resolve, reject };
    this.#waiting.add(waiter);
    const timer = setTimeout(() => {
      const { name } = this.#server;
      reject(this.#refusal(`error creating grpc connection to ${name}: context deadline exceeded`));
      this.#waiting.delete(waiter);
    }, this.#server.waitMs);
    void this.#dial();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Dials for as long as a proposal waits. */
  async #dial(): Promise<void> {
    if (this.#isDialling) return;
    this.#isDialling = true;
    while (this.#waiting.size > 0 && !this.#closing.signal.aborted) {
      try {
        if (await this.#open()) continue;
        await delay(CHAINCODE_DIAL_INTERVAL_MS, undefined, { signal: this.#closing.signal });
      } catch (error) {
        if (this.#closing.signal.aborted) break;
        this.#log.error({ err: error, mspId: this.#mspId }, 'chaincode cannot be started');
        this.#refuse('it cannot be started');
      }
    }
    this.#isDialling = false;
  }

  /** One attempt; serves those who wait if it succeeds. */
  async #open(): Promise<boolean> {
    const mspId = this.#mspId;
    const address = await this.#server.address();
    const stream = await ChaincodeStream.open(address, {
      credentials: this.#credentials,
      log: this.#log,
      signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(CHAINCODE_CONNECT_TIMEOUT_MS)]),
      onEnd: (reason) => this.#log.warn({ mspId, address, reason }, 'chaincode stream terminated'),
    });
    if (!stream) return false;
    this.#stream = stream;
    this.#packageId = stream.packageId;
    this.#log.debug({ mspId, address, packageId: stream.packageId }, 'chaincode registered');
    for (const waiter of this.#waiting) waiter.resolve(stream);
    this.#waiting.clear();
    return true;
  }

  #refuse(reason: string): void {
    for (const waiter of this.#waiting) waiter.reject(this.#refusal(reason));
    this.#waiting.clear();
  }

  #refusal(reason: string): PeerRefusal {
    const id = this.#packageId ?? this.#server.name;
    return new PeerRefusal(
      `could not launch chaincode ${id}: connection to ${id} failed: error cannot create connection for ${id}: ${reason}`,
    );
  }
}
