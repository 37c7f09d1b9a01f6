import type { ChannelName } from '@careledger/domain';
import type { ChaincodeFunction } from '../../fixtures/chaincode/functions.js';
import type { IdentityName } from '../../fixtures/chaincode/identities.js';

/** A call of the chaincode by somebody. */
export interface Call {
  readonly identity: IdentityName;
  readonly channel: ChannelName;
  readonly name: ChaincodeFunction;
  readonly args: unknown;
}

export interface Submitted {
  readonly result: unknown;
  readonly transactionId: string;
}

/** A ledger that attempts are made on: the chaincode in memory, or a network that runs it. */
export interface LedgerTarget {
  readonly networkId: string;
  /** Seconds since 1970 by the clock that transactions are dated with. */
  readonly nowS: () => number;
  /** Has it endorsed and committed. */
  readonly submit: (call: Call) => Promise<Submitted>;
  /** Asks, and orders nothing. */
  readonly evaluate: (call: Call) => Promise<unknown>;
  /** Has the call endorsed, lets something else be committed, then submits it: the name of its validation code. */
  readonly overtaken: (call: Call, by: () => Promise<unknown>) => Promise<string>;
}
