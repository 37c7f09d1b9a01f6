import { networkIdOf } from '@careledger/chaincode-runtime';
import { contractClass } from '@careledger/chaincode-runtime/contract-class';
import { accessControlChaincode } from './chaincode.js';

/**
 * What fabric-shim runs. The network for whose statements it works comes from the environment.
 * @public whoever runs the module finds them by this name; nothing imports it
 */
export const contracts = [contractClass(accessControlChaincode, networkIdOf(process.env))];
