import type { peer } from '@hyperledger/fabric-protos';
import type { Ledger } from '../ledger/ledger.js';
import type { Identity } from '../msp/identity.js';
import type { Simulator } from '../simulate/simulator.js';
import type { QueryIterators } from './query-iterators.js';

/** Who asked for what: the proposal as the client signed it. */
export interface ProposalContext {
  readonly signedProposal: peer.SignedProposal;
  readonly creator: Identity;
}

/** What one call of a chaincode works with. */
export interface TransactionContext {
  readonly channel: string;
  readonly txId: string;
  readonly namespace: string;
  readonly proposal: ProposalContext;
  readonly simulator: Simulator;
  readonly ledger: Ledger;
  readonly queries: QueryIterators;
  /** Calls another chaincode on behalf of this one. */
  readonly callChaincode: ChaincodeCaller;
}

/** Runs `target` ("name", "name:version" or "name/channel") and gives the callee's last message. */
export type ChaincodeCaller = (
  caller: TransactionContext,
  target: string,
  input: peer.ChaincodeInput,
) => Promise<peer.ChaincodeMessage>;
