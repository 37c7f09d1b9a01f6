import type { ChannelName, Timestamp } from '@careledger/domain';
import type { EventName, EventPayload } from '@careledger/contracts';
import type { Caller } from '../caller/caller.js';
import type { Organisation } from '../caller/rules.js';
import type { StateReader, StateWriter } from '../state/port.js';

/** Calls a function of another chaincode on the same channel; its reads join this transaction's. */
export type CallChaincode = (chaincode: string, name: string, args: object) => Promise<unknown>;

/** One transaction as Fabric (or a test) hands it over. */
export interface TransactionPort {
  readonly channel: string;
  readonly txId: string;
  /** The proposal's timestamp: the client's clock, held by the peers to theirs. */
  readonly atMs: number;
  readonly caller: Caller;
  readonly state: StateWriter;
  readonly call: CallChaincode;
  /** At most one a transaction. */
  readonly emit: (event: string, payload: Uint8Array) => void;
}

/** Where and when a statement is to count. */
export interface StatementContext {
  readonly networkId: string;
  readonly channel: ChannelName;
  /** The transaction's timestamp, so that all peers agree. */
  readonly atMs: number;
}

/** What a handler sees of its transaction. */
export interface Evaluation extends StatementContext {
  readonly txId: string;
  readonly at: Timestamp;
  readonly caller: Caller;
  readonly organisation: () => Promise<Organisation>;
  readonly state: StateReader;
  readonly call: CallChaincode;
}

/** A transaction that writes. */
export interface Submission extends Evaluation {
  readonly state: StateWriter;
}

/** What a submission answers, and what it tells whoever listens (nothing where nothing changed). */
export interface Outcome<Result> {
  readonly result: Result;
  readonly event?: EventPayload<EventName> | undefined;
}
