import { status } from '@grpc/grpc-js';
import type { peer } from '@hyperledger/fabric-protos';
import type { ProposalContext } from '../chaincode/transaction-context.js';
import type { Channel } from '../channel/channel.js';
import { admit, checkFilters, creatorOf } from '../endorse/admission.js';
import type { Endorser } from '../endorse/endorser.js';
import type { ProposalOutcome } from '../endorse/outcome.js';
import { unpackProposal } from '../endorse/proposal.js';
import type { UnpackedProposal } from '../endorse/proposal.js';
import { PeerRefusal, messageOf } from '../errors.js';
import { MAX_CONCURRENT_PROPOSALS } from '../limits.js';
import type { ErrorDetail } from '../rpc/rpc-error.js';
import { RpcError } from '../rpc/rpc-error.js';
import type { StateSnapshot } from '../state/index-store.js';

/** The peers of all channels as a gateway sees them. */
export class Peers {
  #running = 0;
  readonly #endorsers: ReadonlyMap<string, Endorser>;
  readonly #timeWindowMs: number;

  constructor(
    readonly channels: ReadonlyMap<string, Channel>,
    endorsers: ReadonlyMap<string, Endorser>,
    timeWindowMs: number,
  ) {
    this.#endorsers = endorsers;
    this.#timeWindowMs = timeWindowMs;
  }

  endorser(mspId: string): Endorser {
    const endorser = this.#endorsers.get(mspId);
    if (!endorser) throw new Error(`no peer of ${mspId}`);
    return endorser;
  }

  /** One organisation's word about an outcome. */
  detail(mspId: string, message: string): ErrorDetail {
    return { address: this.endorser(mspId).address, mspId, message };
  }

  /** Counts a request; refuses it when too many run, as a peer's concurrency limit does. */
  async limited<T>(run: () => Promise<T>): Promise<T> {
    if (this.#running >= MAX_CONCURRENT_PROPOSALS) {
      throw new RpcError(
        status.UNKNOWN,
        `too many requests for /gateway.Gateway, exceeding concurrency limit (${MAX_CONCURRENT_PROPOSALS})`,
      );
    }
    this.#running += 1;
    try {
      return await run();
    } finally {
      this.#running -= 1;
    }
  }

  /**
   * Checks a proposal as every peer of the channel would, once for all of them, and gives a function that asks
   * one organisation's peer. All of them read the same state.
   */
  session(proposal: UnpackedProposal, channel: Channel): ProposalSession {
    const creator = creatorOf(proposal, channel);
    try {
      checkFilters(proposal, creator, this.#timeWindowMs);
    } catch (error) {
      return new ProposalSession(this, proposal, channel, { kind: 'unavailable', message: messageOf(error) });
    }
    try {
      const identity = admit(proposal, creator, channel);
      return new ProposalSession(this, proposal, channel, {
        signedProposal: proposal.signed,
        creator: identity,
      });
    } catch (error) {
      if (!(error instanceof PeerRefusal)) throw error;
      return new ProposalSession(this, proposal, channel, { kind: 'refused', message: error.message });
    }
  }
}

/** One proposal on its way through several peers. Close it to release the state it reads. */
export class ProposalSession {
  readonly #snapshot: StateSnapshot;
  readonly #peers: Peers;
  readonly #proposal: UnpackedProposal;
  readonly #channel: Channel;
  readonly #admission: ProposalContext | ProposalOutcome;

  constructor(
    peers: Peers,
    proposal: UnpackedProposal,
    channel: Channel,
    admission: ProposalContext | ProposalOutcome,
  ) {
    this.#peers = peers;
    this.#proposal = proposal;
    this.#channel = channel;
    this.#admission = admission;
    this.#snapshot = channel.ledger.snapshot();
  }

  ask(mspId: string): Promise<ProposalOutcome> {
    if ('kind' in this.#admission) return Promise.resolve(this.#admission);
    return this.#peers
      .endorser(mspId)
      .process(this.#proposal, this.#admission, this.#channel, this.#snapshot);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#snapshot.close();
  }
}

/** Reads a request's proposal. @throws RpcError INVALID_ARGUMENT */
export function proposalOf(
  signed: peer.SignedProposal | undefined,
  missing: string,
  prefix = '',
): UnpackedProposal {
  if (!signed || signed.getProposalBytes_asU8().length === 0)
    throw new RpcError(status.INVALID_ARGUMENT, missing);
  try {
    return unpackProposal(signed);
  } catch (error) {
    throw new RpcError(status.INVALID_ARGUMENT, `${prefix}${messageOf(error)}`);
  }
}
