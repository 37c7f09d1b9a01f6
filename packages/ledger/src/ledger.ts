import { hash as cryptoHash, X509Certificate } from 'node:crypto';
import { connect, hash } from '@hyperledger/fabric-gateway';
import { LedgerChannel } from './channel.js';
import { LedgerCounters } from './counters.js';
import { LedgerError } from './error.js';
import {
  checkConnection,
  GrpcClients,
  type ClientTls,
  type NetworkConnection,
  type PeerEndpoint,
} from './fabric/connection.js';
import { PeerRoute, type PeerGateway } from './fabric/peer-route.js';
import { newNativeSigner } from './fabric/signer.js';
import { RESUME_CONCURRENCY } from './limits.js';
import type { CheckpointStore, JournalEntry, TransactionJournal } from './ports.js';
import { Sender } from './submit/sender.js';
import { DEFAULT_TIMEOUTS, type LedgerTimeouts } from './timeouts.js';

export interface ConnectLedgerOptions {
  readonly connection: NetworkConnection;
  /** Organisation of the identity. */
  readonly mspId: string;
  /**
   * By channel: whose peers to use there, where the own organisation has none. In order of preference; the next one
   * serves while one is away. Those that the connection does not name are left out.
   */
  readonly peerMspIds?: Readonly<Record<string, readonly string[]>>;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly clientTls?: ClientTls;
  readonly journal: TransactionJournal;
  readonly checkpoints: CheckpointStore;
  readonly timeouts?: Partial<LedgerTimeouts>;
}

/** What became of a transaction that an earlier run left in the journal. */
export interface Resumed {
  readonly transactionId: string;
  readonly channel: string;
  readonly label: string;
  readonly reference: string | undefined;
  /** Set when it is VALID in this block. */
  readonly blockNumber: bigint | undefined;
  /** Why not: MVCC_CONFLICT or INVALIDATED are final, COMMIT_UNKNOWN stays in the journal. */
  readonly error: LedgerError | undefined;
}

/** Connects as one identity; nothing is sent before the first call. @throws LedgerError CONFIGURATION */
export function connectLedger(options: ConnectLedgerOptions): Ledger {
  return new Ledger(options);
}

/** A network, as one identity sees it: channels over shared connections, and what is under way. */
export class Ledger implements Disposable {
  /** How calls of this connection ended. */
  readonly counters = new LedgerCounters();
  readonly #options: ConnectLedgerOptions;
  readonly #connection: NetworkConnection;
  readonly #timeouts: LedgerTimeouts;
  readonly #clients: GrpcClients;
  readonly #sender: Sender;
  readonly #signer: ReturnType<typeof newNativeSigner>;
  readonly #peers = new Map<string, PeerGateway>();
  readonly #routes = new Map<string, PeerRoute>();
  readonly #channels = new Map<string, LedgerChannel>();
  readonly #closing = new AbortController();

  constructor(options: ConnectLedgerOptions) {
    this.#options = options;
    this.#connection = checkConnection(options.connection);
    this.#timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
    this.#signer = newNativeSigner(options.privateKeyPem);
    this.#clients = new GrpcClients(options.clientTls);
    this.#sender = new Sender(options.journal, this.#timeouts, this.#closing.signal, this.counters);
  }

  /** @throws LedgerError CONFIGURATION where the connection names no such channel or peer, CLOSED */
  channel(name: string): LedgerChannel {
    let channel = this.#channels.get(name);
    if (!channel) {
      channel = new LedgerChannel({
        route: this.#routeTo(name),
        routeOf: (mspId) => this.#routeOver(name, [mspId]),
        name,
        signer: this.#signer,
        sender: this.#sender,
        checkpoints: this.#options.checkpoints,
        timeouts: this.#timeouts,
        counters: this.counters,
        closing: this.#closing.signal,
      });
      this.#channels.set(name, channel);
    }
    return channel;
  }

  /**
   * Finishes what the journal holds, oldest first: call it at start, and again after a COMMIT_UNKNOWN.
   * What is under way in this process is left alone. Once an outcome stays unknown, the ledger is taken
   * to be away and the rest is left for the next call, so that a service can start without it.
   */
  async resume(signal?: AbortSignal): Promise<Resumed[]> {
    const entries = (await this.#options.journal.list()).filter(
      ({ transactionId }) => !this.#sender.isInFlight(transactionId),
    );
    const done: Resumed[] = [];
    for (let start = 0; start < entries.length && !signal?.aborted; start += RESUME_CONCURRENCY) {
      const group = entries.slice(start, start + RESUME_CONCURRENCY);
      const outcomes = await Promise.all(group.map((entry) => this.#resumeOne(entry)));
      done.push(...outcomes);
      if (outcomes.some(({ error }) => error?.code === 'COMMIT_UNKNOWN')) break;
    }
    return done;
  }

  async #resumeOne(entry: JournalEntry): Promise<Resumed> {
    const { transactionId, channel, label, reference } = entry;
    const about = { transactionId, channel, label, reference };
    try {
      const { blockNumber } = await this.counters.count('resume', async () =>
        this.#sender.sendAgain(this.#routeTo(channel), entry),
      );
      return { ...about, blockNumber, error: undefined };
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      return { ...about, blockNumber: error.blockNumber, error };
    }
  }

  /** Ends event readers; what is being sent becomes COMMIT_UNKNOWN and stays in the journal. */
  close(): void {
    this.#closing.abort();
    for (const { gateway } of this.#peers.values()) gateway.close();
    this.#peers.clear();
    this.#routes.clear();
    this.#channels.clear();
    this.#clients.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #routeTo(channel: string): PeerRoute {
    return this.#routeOver(channel, this.#options.peerMspIds?.[channel] ?? [this.#options.mspId]);
  }

  /** @throws LedgerError CONFIGURATION, CLOSED */
  #routeOver(channel: string, organizations: readonly string[]): PeerRoute {
    if (this.#closing.signal.aborted) throw new LedgerError('CLOSED', 'The ledger connection is closed');
    const id = [channel, ...organizations].join(' ');
    let route = this.#routes.get(id);
    if (!route) {
      const endpoints = organizations.flatMap(
        (mspId) => this.#connection.channels[channel]?.organizations[mspId] ?? [],
      );
      if (endpoints.length === 0) {
        throw new LedgerError(
          'CONFIGURATION',
          `The connection names no peer of ${organizations.join(', ')} on ${channel}`,
        );
      }
      route = new PeerRoute(endpoints.map((endpoint) => this.#peerAt(endpoint)));
      this.#routes.set(id, route);
    }
    return route;
  }

  #peerAt(endpoint: PeerEndpoint): PeerGateway {
    const id = `${endpoint.endpoint} ${endpoint.serverName}`;
    let peer = this.#peers.get(id);
    if (!peer) {
      const { mspId, certificatePem, clientTls } = this.#options;
      const client = this.#clients.at(endpoint);
      const gateway = connect({
        client,
        identity: { mspId, credentials: Buffer.from(certificatePem) },
        signer: this.#signer,
        // The signer hashes by itself.
        hash: hash.none,
        ...(clientTls && { tlsClientCertificateHash: certificateHash(clientTls.certificatePem) }),
      });
      this.#peers.set(id, (peer = { client, gateway }));
    }
    return peer;
  }
}

/** Event requests name the TLS certificate they come over, so that nobody can replay them elsewhere. */
function certificateHash(pem: string): Uint8Array {
  return cryptoHash('sha256', new X509Certificate(pem).raw, 'buffer');
}
