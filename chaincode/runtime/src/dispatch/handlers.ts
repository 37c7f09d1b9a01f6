import type { ContractDefinition, TransactionDefinition, TransactionName } from '@careledger/contracts';
import type { Static } from 'typebox';
import type { Organisation } from '../caller/rules.js';
import type { Evaluation, Outcome, Submission } from '../transaction/transaction.js';

type HandlerOf<T extends TransactionDefinition> = T['kind'] extends 'submit'
  ? (tx: Submission, args: Static<T['args']>) => Promise<Outcome<Static<T['result']>>>
  : (tx: Evaluation, args: Static<T['args']>) => Promise<Static<T['result']>>;

/** A function for every transaction of the definition, and none besides. */
export type Handlers<D extends ContractDefinition> = {
  readonly [N in TransactionName<D>]: HandlerOf<D['transactions'][N]>;
};

/** What the caller rules ask of a chaincode. */
export interface CallerFacts<D extends ContractDefinition> {
  /** What the caller's organisation has registered on this channel. */
  readonly organisationOf: (tx: Pick<Evaluation, 'state' | 'caller' | 'call'>) => Promise<Organisation>;
  /** For functions with the rule `own-admin`: the MSP that the arguments name. */
  readonly namedMsp: {
    readonly [N in TransactionName<D>]?: (
      tx: Evaluation,
      args: Static<D['transactions'][N]['args']>,
    ) => Promise<string>;
  };
}

/** A chaincode: its definition, and what fulfils it. */
export interface Chaincode<D extends ContractDefinition = ContractDefinition> {
  readonly definition: D;
  readonly handlers: Handlers<D>;
  readonly callers: CallerFacts<D>;
}
