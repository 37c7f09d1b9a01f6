import type { ContractDefinition } from '@careledger/contracts';
import { accessControl, records } from '@careledger/contracts';
import type { ChannelName } from '@careledger/domain';
import type { IdentityName } from '../../fixtures/chaincode/identities.js';

/** A call of the chaincode by somebody. */
export interface Call {
  readonly identity: IdentityName;
  readonly channel: ChannelName;
  /** Function of either contract: no two share a name. */
  readonly name: string;
  /** For what is no function of any. */
  readonly contract?: ContractDefinition;
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

const CONTRACTS: readonly ContractDefinition[] = [accessControl, records];

/** Every function of the chaincode, with the contract that has it. */
export const FUNCTIONS = CONTRACTS.flatMap((contract) =>
  Object.entries(contract.transactions).map(([name, definition]) => ({ contract, name, definition })),
);

/** The contract and definition of a function. @throws RangeError */
export function functionNamed(name: string) {
  const found = FUNCTIONS.find((each) => each.name === name);
  if (found === undefined) throw new RangeError(`No contract has a function ${name}.`);
  return found;
}

/** The contract that is called: the one that has the function, unless another is named. */
export const contractOf = (name: string, contract?: ContractDefinition): ContractDefinition =>
  contract ?? functionNamed(name).contract;
