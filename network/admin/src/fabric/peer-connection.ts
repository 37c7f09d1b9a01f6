import { setTimeout as delay } from 'node:timers/promises';
import { credentials, status, type ServiceError } from '@grpc/grpc-js';
import type { common } from '@hyperledger/fabric-protos';
import { gateway, peer } from '@hyperledger/fabric-protos';
import { messageOf, NetworkAdminError } from '../errors.js';
import { describe } from './grpc-details.js';
import type { Identity } from './identity.js';
import { makeProposal, type Proposal, type ProposalOptions } from './proposal.js';
import { makeTransaction } from './transaction.js';

/** An unanswered call is given up after this. */
const CALL_TIMEOUT_MS = 30_000;
const COMMIT_TIMEOUT_MS = 60_000;
/** For a status that a block tells which is there already. */
const KNOWN_STATUS_TIMEOUT_MS = 1_000;
/** How often peers that are not level are asked again. */
const LEVEL_POLL_MS = 250;
/** While a node starts, a refused connection is tried again this often. */
const RECONNECT_MS = 100;
const MAX_RECONNECT_MS = 1_000;
const LISTEN_TURN_MS = 500;
/** Genesis blocks and chaincode packages are larger than gRPC's default of 4 MiB may allow. */
const MAX_MESSAGE_BYTES = 100 * 1024 * 1024;

/** With any other status the peer has answered: it refuses. */
const UNREACHABLE: ReadonlySet<number> = new Set([
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.CANCELLED,
]);

export interface PeerAddress {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  /** PEM of the TLS authority of the peer's organisation. */
  readonly tlsRoot: string;
}

type Reply<Response> = (error: ServiceError | null, response?: Response) => void;

/** One connection to a peer, used by one identity. */
export class PeerConnection implements Disposable {
  readonly #endorser: peer.EndorserClient;
  readonly #gateway: gateway.GatewayClient;
  #closed = false;

  constructor(
    readonly address: PeerAddress,
    readonly identity: Identity,
  ) {
    const target = `${address.host}:${address.port}`;
    const tls = credentials.createSsl(Buffer.from(address.tlsRoot));
    const options = {
      // The certificate is the node's, whatever address leads to it.
      'grpc.ssl_target_name_override': address.id,
      'grpc.initial_reconnect_backoff_ms': RECONNECT_MS,
      'grpc.max_reconnect_backoff_ms': MAX_RECONNECT_MS,
      'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      // Each connection has its own channel, so that closing one leaves others alone.
      'grpc.use_local_subchannel_pool': 1,
    };
    this.#endorser = new peer.EndorserClient(target, tls, options);
    this.#gateway = new gateway.GatewayClient(target, tls, options);
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#endorser.close();
    this.#gateway.close();
  }

  /** Resolves when the peer answers on its port. */
  async waitUntilListening(timeoutMs: number): Promise<void> {
    const deadlineMs = Date.now() + timeoutMs;
    // In short turns: a wait of grpc-js outlives the connection that is closed meanwhile.
    while (!(await this.#listensWithin(LISTEN_TURN_MS))) {
      if (!this.#closed && Date.now() < deadlineMs) continue;
      throw new NetworkAdminError(
        'PEER_UNREACHABLE',
        `${this.address.id} does not answer on ${this.address.host}:${this.address.port}: see whether it runs, and its log`,
      );
    }
  }

  async #listensWithin(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) =>
      this.#endorser.waitForReady(Date.now() + timeoutMs, (error) => resolve(!error)),
    );
  }

  /** Asks this peer to simulate and endorse. Throws `PROPOSAL_REFUSED` with the peer's own words. */
  async endorse(proposal: Proposal): Promise<peer.ProposalResponse> {
    const answer = await this.#call<peer.ProposalResponse>((options, reply) =>
      this.#endorser.processProposal(proposal.signed, options, reply),
    );
    const answered = answer.getResponse()?.getStatus() ?? 0;
    if (answered < 200 || answered >= 400) {
      throw new NetworkAdminError(
        'PROPOSAL_REFUSED',
        `${this.address.id}: ${answer.getResponse()?.getMessage() ?? 'no answer'}`,
      );
    }
    return answer;
  }

  /** Calls a chaincode on this peer and returns its payload, without a transaction. */
  async query(options: ProposalOptions): Promise<Uint8Array> {
    const answer = await this.endorse(makeProposal(this.identity, options));
    return answer.getResponse()?.getPayload_asU8() ?? new Uint8Array();
  }

  /**
   * Has a call endorsed by this peer and by `others`, ordered, and committed at this peer.
   * Throws unless it is committed as valid.
   */
  async submit(options: ProposalOptions, others: readonly PeerConnection[] = []): Promise<string> {
    const { txId, envelope } = await this.#endorseTogether(options, [this, ...others]);
    await this.order(options.channel, txId, envelope, () => this.#isCommitted(options.channel, txId));
    await this.#waitForCommit(options.channel, txId);
    return txId;
  }

  /** Peers that are some blocks apart simulate differently: nothing is ordered yet, so they are asked again. */
  async #endorseTogether(
    options: ProposalOptions,
    peers: readonly PeerConnection[],
  ): Promise<{ txId: string; envelope: common.Envelope }> {
    const deadlineMs = Date.now() + CALL_TIMEOUT_MS;
    for (;;) {
      const proposal = makeProposal(this.identity, options);
      const responses = await Promise.all(peers.map((connection) => connection.endorse(proposal)));
      try {
        return { txId: proposal.txId, envelope: makeTransaction(this.identity, proposal, responses) };
      } catch (error) {
        const apart = error instanceof NetworkAdminError && error.code === 'PROPOSAL_RESPONSES_DIFFER';
        if (!apart || Date.now() > deadlineMs) throw error;
        await delay(LEVEL_POLL_MS);
      }
    }
  }

  /**
   * Sends an envelope to the channel's orderers through this peer: to one of them, or to all where they are BFT.
   * @param isOrdered whether it is in a block already: BFT orderers do not take twice what some of them took before
   */
  async order(
    channel: string,
    txId: string,
    envelope: common.Envelope,
    isOrdered: () => Promise<boolean>,
  ): Promise<void> {
    const request = new gateway.SubmitRequest();
    request.setChannelId(channel);
    request.setTransactionId(txId);
    request.setPreparedTransaction(envelope);
    const deadlineMs = Date.now() + CALL_TIMEOUT_MS;
    for (;;) {
      try {
        await this.#call<gateway.SubmitResponse>((options, reply) =>
          this.#gateway.submit(request, options, reply),
        );
        return;
      } catch (cause) {
        if (await isOrdered()) return;
        // The same bytes again cannot commit twice. A fresh channel has no leader for a moment; a refusal is final.
        const refused = cause instanceof NetworkAdminError && cause.code === 'PROPOSAL_REFUSED';
        if (refused || Date.now() > deadlineMs) {
          throw new NetworkAdminError(
            'SUBMIT_FAILED',
            `no orderer took the transaction for ${channel}: ${messageOf(cause)}`,
            { cause },
          );
        }
        await delay(RECONNECT_MS);
      }
    }
  }

  /**
   * Asks the peer's gateway to endorse on a channel, as a client would.
   * @param endorsers MSP IDs of those who shall endorse; without any, the gateway finds out who has to
   */
  async gatewayEndorse(options: ProposalOptions, endorsers: readonly string[] = []): Promise<void> {
    const proposal = makeProposal(this.identity, options);
    const request = new gateway.EndorseRequest();
    request.setChannelId(options.channel);
    request.setTransactionId(proposal.txId);
    request.setProposedTransaction(proposal.signed);
    request.setEndorsingOrganizationsList([...endorsers]);
    await this.#call<gateway.EndorseResponse>((options, reply) =>
      this.#gateway.endorse(request, options, reply),
    );
  }

  async #waitForCommit(channel: string, txId: string): Promise<void> {
    let committed: gateway.CommitStatusResponse;
    try {
      committed = await this.#commitStatus(channel, txId, COMMIT_TIMEOUT_MS);
    } catch (cause) {
      throw new NetworkAdminError(
        'COMMIT_TIMEOUT',
        `${this.address.id} saw no block with transaction ${txId} on ${channel}: check that the orderers run, then run this again`,
        { cause },
      );
    }
    if (committed.getResult() !== peer.TxValidationCode.VALID) {
      const code = Object.entries(peer.TxValidationCode).find(
        ([, value]) => value === committed.getResult(),
      )?.[0];
      throw new NetworkAdminError(
        'TRANSACTION_INVALID',
        `transaction ${txId} on ${channel} is invalid: ${code ?? 'unknown code'}`,
      );
    }
  }

  async #isCommitted(channel: string, txId: string): Promise<boolean> {
    try {
      await this.#commitStatus(channel, txId, KNOWN_STATUS_TIMEOUT_MS);
      return true;
    } catch {
      return false;
    }
  }

  /** Waits until the peer has the transaction in a block. */
  async #commitStatus(
    channel: string,
    txId: string,
    timeoutMs: number,
  ): Promise<gateway.CommitStatusResponse> {
    const request = new gateway.CommitStatusRequest();
    request.setChannelId(channel);
    request.setTransactionId(txId);
    request.setIdentity(this.identity.serialize());
    const bytes = request.serializeBinary();
    const signed = new gateway.SignedCommitStatusRequest();
    signed.setRequest(bytes);
    signed.setSignature(this.identity.sign(bytes));

    return this.#call<gateway.CommitStatusResponse>(
      (options, reply) => this.#gateway.commitStatus(signed, options, reply),
      timeoutMs,
    );
  }

  async #call<Response>(
    start: (options: { deadline: number }, reply: Reply<Response>) => unknown,
    timeoutMs = CALL_TIMEOUT_MS,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      start({ deadline: Date.now() + timeoutMs }, (error, response) => {
        if (response) return resolve(response);
        const unreachable = !error || UNREACHABLE.has(error.code);
        const code = unreachable ? 'PEER_UNREACHABLE' : 'PROPOSAL_REFUSED';
        reject(
          new NetworkAdminError(code, `${this.address.id}: ${error ? describe(error) : 'no answer'}`, {
            cause: error,
          }),
        );
      });
    });
  }
}
