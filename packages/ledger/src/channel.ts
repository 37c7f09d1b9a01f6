import type { Gateway, Network, Proposal, Signer } from '@hyperledger/fabric-gateway';
import { decodeJson } from './codec.js';
import { envelopeOf } from './fabric/prepared.js';
import type { LedgerCounters } from './counters.js';
import {
  readChaincodeEvents,
  type EventOptions,
  type EventSchemas,
  type LedgerEvent,
} from './events/chaincode-events.js';
import { readBlocks, type BlockOptions } from './events/blocks.js';
import type { LedgerBlock } from './events/block.js';
import { LedgerError } from './error.js';
import type { PeerRoute } from './fabric/peer-route.js';
import { translateEarly } from './fabric/translate.js';
import type { CheckpointStore } from './ports.js';
import { chainHeight } from './query/chain-height.js';
import { findTransaction, type FoundTransaction } from './query/find-transaction.js';
import type { ArgsOf, ContractShape, NamesOf, ResultOf } from './shape.js';
import type { Committed, Sender } from './submit/sender.js';
import { within, type LedgerTimeouts } from './timeouts.js';

export interface CallOptions {
  /**
   * Go through this organisation's peer and nobody else's: while it is away the call fails. Default: the channel's own
   * route. What an evaluation answers is one peer's word, so whose it is can matter.
   */
  readonly peerMspId?: string;
  /** Reaches the endorsers and nobody else: never a block. */
  readonly transient?: Readonly<Record<string, Uint8Array>>;
  /** Ask these organisations; default: the gateway finds a set that satisfies the policy. */
  readonly endorsingOrganizations?: readonly string[];
}

export interface SubmitOptions extends CallOptions {
  /** The caller's own name for this work; `resume()` gives it back. */
  readonly reference?: string;
}

/** What a transaction would be answered with. */
interface Preview<Result> {
  readonly result: Result;
  /** Of the transaction that it would have been; an answer that names another one speaks of an earlier one. */
  readonly transactionId: string;
}

/** What peers answered, with their signatures: the bytes of a `common.Envelope` that was not ordered. */
export interface SignedAnswer<Result> {
  readonly result: Result;
  readonly envelope: Uint8Array;
}

/** A committed transaction with the chaincode's answer. */
export interface Submitted<Result> extends Committed {
  readonly result: Result;
}

export interface LedgerChannelOptions {
  readonly route: PeerRoute;
  /** The way to one organisation's peer. @throws LedgerError CONFIGURATION */
  readonly routeOf: (mspId: string) => PeerRoute;
  readonly name: string;
  readonly signer: Signer;
  readonly sender: Sender;
  readonly checkpoints: CheckpointStore;
  readonly timeouts: LedgerTimeouts;
  readonly counters: LedgerCounters;
  /** Aborts when the connection is closed. */
  readonly closing: AbortSignal;
}

/** A function's call, before it is a proposal. */
interface Call {
  readonly contract: ContractShape;
  readonly transaction: string;
  readonly args: unknown;
  readonly options: CallOptions;
}

/** One channel, as one identity sees it. */
export class LedgerChannel {
  readonly name: string;
  readonly #options: LedgerChannelOptions;
  /** What streams are opened on, looked up each time: another peer goes on where one broke off. */
  readonly #network: () => Network;

  constructor(options: LedgerChannelOptions) {
    this.#options = options;
    this.name = options.name;
    this.#network = () => options.route.gateway.getNetwork(options.name);
  }

  /**
   * Has a transaction endorsed, journals it, submits it and waits until it is VALID in a block.
   * @throws LedgerError; after COMMIT_UNKNOWN the journal keeps it for `resume()`
   */
  submit<C extends ContractShape, N extends NamesOf<C, 'submit'>>(
    contract: C,
    transaction: N,
    args: ArgsOf<C, N>,
    options: SubmitOptions = {},
  ): Promise<Submitted<ResultOf<C, N>>> {
    return this.#options.counters.count('submit', () => this.#submit(contract, transaction, args, options));
  }

  async #submit<C extends ContractShape, N extends NamesOf<C, 'submit'>>(
    contract: C,
    transaction: N,
    args: ArgsOf<C, N>,
    options: SubmitOptions,
  ): Promise<Submitted<ResultOf<C, N>>> {
    const { sender, signer, timeouts } = this.#options;
    this.#assertOpen();
    const route = this.#routeFor(options);
    const label = this.#label(contract, transaction);
    const { gateway, endorsed } = await route.ask(async (gateway) => {
      const proposal = this.#propose(gateway, { contract, transaction, args, options });
      try {
        return { gateway, endorsed: await proposal.endorse(within(timeouts.endorseMs)) };
      } catch (error) {
        throw translateEarly('endorse', label, error, proposal.getTransactionId());
      }
    });
    // Before it is submitted: an answer we cannot read must not change the ledger.
    const result = this.#decode(contract, transaction, endorsed.getResult());
    // Signed here, so that every sending has the same bytes: ECDSA signs differently each time.
    const signature = await signer(endorsed.getDigest());
    const signed = gateway.newSignedTransaction(endorsed.getBytes(), signature);
    const entry = {
      transactionId: signed.getTransactionId(),
      channel: this.name,
      label,
      reference: options.reference,
      bytes: signed.getBytes(),
    };
    return { ...(await sender.send(route, entry)), result };
  }

  /**
   * Has as many organisations' peers sign an answer as the chaincode's policy asks for; nothing is ordered, and nobody else
   * can submit it: the transaction lacks the client's signature. The envelope proves the answer to whoever knows the
   * organisations' certificates. @throws LedgerError, ENDORSEMENT_FAILED while their copies of the channel differ
   */
  endorse<C extends ContractShape, N extends NamesOf<C, 'evaluate'>>(
    contract: C,
    transaction: N,
    args: ArgsOf<C, N>,
  ): Promise<SignedAnswer<ResultOf<C, N>>> {
    return this.#options.counters.count('evaluate', async () => {
      this.#assertOpen();
      const { route, timeouts } = this.#options;
      return route.ask(async (gateway) => {
        const proposal = this.#propose(gateway, { contract, transaction, args, options: {} });
        try {
          const endorsed = await proposal.endorse(within(timeouts.endorseMs));
          const envelope = envelopeOf(endorsed.getBytes());
          return { result: this.#decode(contract, transaction, endorsed.getResult()), envelope };
        } catch (error) {
          throw translateEarly('endorse', this.#label(contract, transaction), error);
        }
      });
    });
  }

  /**
   * Asks one peer, also what a `submit` transaction would answer; nothing is ordered. The answer carries no signature: it
   * is the word of the peer that is reached.
   * @throws LedgerError
   */
  evaluate<C extends ContractShape, N extends keyof C['transactions'] & string>(
    contract: C,
    transaction: N,
    args: ArgsOf<C, N>,
    options: CallOptions = {},
  ): Promise<ResultOf<C, N>> {
    return this.#options.counters.count('evaluate', async () => {
      const { result } = await this.#evaluate(contract, transaction, args, options);
      return result;
    });
  }

  /** What a transaction would do now, by one peer's word; nothing is ordered. @throws LedgerError */
  preview<C extends ContractShape, N extends NamesOf<C, 'submit'>>(
    contract: C,
    transaction: N,
    args: ArgsOf<C, N>,
    options: CallOptions = {},
  ): Promise<Preview<ResultOf<C, N>>> {
    return this.#options.counters.count('evaluate', () =>
      this.#evaluate(contract, transaction, args, options),
    );
  }

  async #evaluate<C extends ContractShape, N extends keyof C['transactions'] & string>(
    contract: C,
    transaction: N,
    args: ArgsOf<C, N>,
    options: CallOptions,
  ): Promise<Preview<ResultOf<C, N>>> {
    this.#assertOpen();
    const label = this.#label(contract, transaction);
    const { peerMspId } = options;
    // Its gateway would else ask a peer of another organisation where its own has no chaincode.
    const asked = peerMspId === undefined ? options : { ...options, endorsingOrganizations: [peerMspId] };
    return this.#routeFor(options).ask(async (gateway) => {
      const proposal = this.#propose(gateway, { contract, transaction, args, options: asked });
      let answer: Uint8Array;
      try {
        answer = await proposal.evaluate(within(this.#options.timeouts.evaluateMs));
      } catch (error) {
        throw translateEarly('evaluate', label, error);
      }
      const transactionId = proposal.getTransactionId();
      return { result: this.#decode(contract, transaction, answer), transactionId };
    });
  }

  /** A committed transaction with its block, as the peer that answers has it. @throws LedgerError */
  findTransaction(transactionId: string): Promise<FoundTransaction> {
    this.#assertOpen();
    return this.#options.route.ask((gateway) =>
      findTransaction(gateway.getNetwork(this.name), transactionId, this.#options.timeouts.evaluateMs),
    );
  }

  /** How many blocks the peer that is asked has: the next one gets this number. @throws LedgerError */
  height(options: Pick<CallOptions, 'peerMspId'> = {}): Promise<bigint> {
    this.#assertOpen();
    const { peerMspId } = options;
    const asked = peerMspId === undefined ? undefined : [peerMspId];
    return this.#routeFor(options).ask((gateway) =>
      chainHeight(gateway.getNetwork(this.name), this.#options.timeouts.evaluateMs, asked),
    );
  }

  /** Events of a chaincode from a durable checkpoint, at least once; ends with the signal or the connection. */
  events<E extends EventSchemas>(
    contract: Pick<ContractShape, 'name'>,
    options: EventOptions<E>,
  ): AsyncGenerator<LedgerEvent<E>, void, undefined> {
    return readChaincodeEvents(this.#network, contract.name, this.#options.checkpoints, {
      ...options,
      signal: this.#until(options.signal),
    });
  }

  /** Blocks with each transaction's function and validation code; ends with the signal or the connection. */
  blocks(options: BlockOptions): AsyncGenerator<LedgerBlock, void, undefined> {
    return readBlocks(this.#network, { ...options, signal: this.#until(options.signal) });
  }

  /** Streams end with the caller's signal or with the connection. */
  #until(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#options.closing]);
  }

  #routeFor({ peerMspId }: CallOptions): PeerRoute {
    const { route, routeOf } = this.#options;
    return peerMspId === undefined ? route : routeOf(peerMspId);
  }

  #assertOpen(): void {
    if (this.#options.closing.aborted) throw new LedgerError('CLOSED', 'The ledger connection is closed');
  }

  #propose(gateway: Gateway, { contract, transaction, args, options }: Call): Proposal {
    return gateway
      .getNetwork(this.name)
      .getContract(contract.name)
      .newProposal(transaction, {
        arguments: [JSON.stringify(args)],
        ...(options.transient && { transientData: { ...options.transient } }),
        ...(options.endorsingOrganizations && {
          endorsingOrganizations: [...options.endorsingOrganizations],
        }),
      });
  }

  #decode<C extends ContractShape, N extends keyof C['transactions'] & string>(
    contract: C,
    transaction: N,
    bytes: Uint8Array,
  ): ResultOf<C, N> {
    const definition = contract.transactions[transaction];
    if (!definition) throw new RangeError(`${contract.name} has no transaction ${transaction}`);
    return decodeJson(definition.result, bytes, this.#label(contract, transaction)) as ResultOf<C, N>;
  }

  #label(contract: ContractShape, transaction: string): string {
    return `${contract.name}.${transaction} on ${this.name}`;
  }
}
