import type { ChannelName } from '@careledger/domain';
import type { Static, TSchema } from 'typebox';
import type { ContractCode } from './codes.js';
import type { EventName } from './events.js';

/**
 * Who may call a transaction, by what the chaincode can check of the proposal's creator (its X.509 certificate) and of
 * its own state. Statements inside the arguments are checked besides: a caller is only ever a relay for them.
 *
 * The role is the certificate's NodeOU. Peers and orderers are never callers.
 *
 * - `member`: any client or admin of a channel member.
 * - `patients-operator`: a client of PatientsMSP.
 * - `enroller`: a client of PatientsMSP with the attribute `careledger.enrol=true`.
 * - `own-admin`: an admin of the MSP that the arguments name.
 * - `authority`: a client of an MSP that has a registered authority on this channel.
 * - `provider`: a client of an MSP that has a registered provider on this channel.
 */
export type CallerRule = 'member' | 'patients-operator' | 'enroller' | 'own-admin' | 'authority' | 'provider';

/** `submit` is ordered and writes; `evaluate` is answered by one peer and must not write. */
export type TransactionKind = 'submit' | 'evaluate';

/** A Fabric transaction function: one JSON argument in, one JSON result out, both by schema. */
export interface TransactionDefinition<
  Args extends TSchema = TSchema,
  Result extends TSchema = TSchema,
  Kind extends TransactionKind = TransactionKind,
> {
  readonly kind: Kind;
  /** Channels on which the function works; on any other it answers `WRONG_CHANNEL`. */
  readonly channels: readonly ChannelName[];
  /** Any one of these suffices. */
  readonly callers: readonly CallerRule[];
  readonly args: Args;
  readonly result: Result;
  /** Codes with which the whole transaction can fail, besides those that any transaction can (`COMMON_CODES`). */
  readonly codes: readonly ContractCode[];
  /** Codes that a batch's items can carry, besides `OK`. */
  readonly itemCodes?: readonly ContractCode[];
  /** The chaincode event that a committed transaction emits (Fabric: at most one a transaction). */
  readonly event?: EventName;
}

/** A chaincode as its callers see it. */
export interface ContractDefinition<
  Transactions extends Readonly<Record<string, TransactionDefinition>> = Readonly<
    Record<string, TransactionDefinition>
  >,
> {
  /** Chaincode name on the channels. */
  readonly name: string;
  readonly transactions: Transactions;
}

export type TransactionName<C extends ContractDefinition> = keyof C['transactions'] & string;
export type TransactionArgs<C extends ContractDefinition, N extends TransactionName<C>> = Static<
  C['transactions'][N]['args']
>;
export type TransactionResult<C extends ContractDefinition, N extends TransactionName<C>> = Static<
  C['transactions'][N]['result']
>;

/** Keeps a transaction's schemas and kind in its type. */
export function transaction<Args extends TSchema, Result extends TSchema, Kind extends TransactionKind>(
  definition: TransactionDefinition<Args, Result, Kind>,
): TransactionDefinition<Args, Result, Kind> {
  return definition;
}
