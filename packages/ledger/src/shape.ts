import type { Static, TSchema } from 'typebox';

/** What the client needs to know of a chaincode; every ContractDefinition of @careledger/contracts has it. */
export interface ContractShape {
  readonly name: string;
  readonly transactions: Readonly<Record<string, TransactionShape>>;
}

/** One string argument, JSON by `args`; the result is JSON by `result`. */
export interface TransactionShape {
  readonly kind: 'submit' | 'evaluate';
  readonly args: TSchema;
  readonly result: TSchema;
}

/** Names of a contract's transactions of one kind. */
export type NamesOf<C extends ContractShape, K extends TransactionShape['kind']> = {
  // A definition whose type does not say which kind it is may be called as either.
  [N in keyof C['transactions'] & string]: [C['transactions'][N]['kind'] & K] extends [never] ? never : N;
}[keyof C['transactions'] & string];

export type ArgsOf<C extends ContractShape, N extends keyof C['transactions']> = Static<
  C['transactions'][N]['args']
>;
export type ResultOf<C extends ContractShape, N extends keyof C['transactions']> = Static<
  C['transactions'][N]['result']
>;
