import { ContractError, parseContractFailure } from '@careledger/contracts';
import type { ChaincodeStub } from 'fabric-shim-api';
import type { CallChaincode } from '../transaction/transaction.js';

const HTTP_OK = 200;

/**
 * Calls another chaincode on this channel. `invokeChaincode` resolves whatever the callee answers, so its status is
 * looked at here; its coded failure becomes this transaction's.
 */
export function callThrough(stub: ChaincodeStub): CallChaincode {
  return async (chaincode, name, args) => {
    const { status, message, payload } = await stub.invokeChaincode(
      chaincode,
      [name, JSON.stringify(args)],
      stub.getChannelID(),
    );
    if (status === HTTP_OK) return JSON.parse(Buffer.from(payload ?? []).toString('utf8')) as unknown;
    const failure = parseContractFailure(message ?? '');
    if (failure !== undefined) throw new ContractError(failure.code, failure.message, failure.details);
    throw new Error(`${chaincode}.${name} failed with status ${status}: ${message ?? 'no message'}`);
  };
}
