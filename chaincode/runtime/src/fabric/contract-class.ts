import { ContractError, type ContractDefinition } from '@careledger/contracts';
import { Contract, type Context } from 'fabric-contract-api';
import { callerOf } from '../caller/caller.js';
import { dispatch, type Invocation } from '../dispatch/dispatch.js';
import type { Chaincode } from '../dispatch/handlers.js';
import { callThrough } from './call.js';
import { listenForOffers } from './peer-state.js';
import { leaveOutDebugLines } from './shim-logging.js';
import { StubState } from './stub-state.js';

export type ContractClass = new () => Contract;

/**
 * The contract class that fabric-shim runs: one method for each transaction of the definition, taking the argument's
 * JSON text and returning the result's. There is no other way to add one, so that every method has a rule.
 */
export function contractClass<D extends ContractDefinition>(
  chaincode: Chaincode<D>,
  networkId: string,
): ContractClass {
  leaveOutDebugLines();
  listenForOffers();
  const { name: contractName, transactions } = chaincode.definition;

  class DefinedContract extends Contract {
    constructor() {
      super(contractName);
    }

    override async unknownTransaction({ stub }: Context): Promise<void> {
      const failure = new ContractError('FUNCTION_UNKNOWN', undefined, {
        asked: stub.getFunctionAndParameters().fcn,
        functions: Object.keys(transactions),
      });
      throw new Error(failure.toMessage());
    }
  }

  for (const name of Object.keys(transactions))
    Object.defineProperty(DefinedContract.prototype, name, {
      // fabric-shim passes all arguments on to a method that declares none besides the context.
      value: (context: Context, ...given: string[]) => run(chaincode, { networkId, name, given }, context),
    });
  return DefinedContract;
}

async function run<D extends ContractDefinition>(
  chaincode: Chaincode<D>,
  invocation: Invocation,
  { stub, clientIdentity }: Context,
): Promise<string> {
  const state = new StubState(stub);
  try {
    const result = await dispatch(chaincode, invocation, {
      channel: stub.getChannelID(),
      txId: stub.getTxID(),
      atMs: stub.getDateTimestamp().getTime(),
      caller: callerOf(clientIdentity.getMSPID(), clientIdentity.getIDBytes(), (attribute) =>
        clientIdentity.getAttributeValue(attribute),
      ),
      state,
      call: callThrough(stub),
      emit: (event, payload) => {
        stub.setEvent(event, payload);
      },
    });
    await state.flush();
    return result;
  } catch (error) {
    // fabric-shim answers status 500 with the error's message: for coded failures that is JSON.
    if (error instanceof ContractError) throw new Error(error.toMessage(), { cause: error });
    throw error;
  }
}
