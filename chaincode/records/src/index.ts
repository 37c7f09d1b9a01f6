import { networkIdOf } from '@careledger/chaincode-runtime';
import { contractClass } from '@careledger/chaincode-runtime/contract-class';
import { recordsChaincode } from './chaincode.js';

/** What fabric-shim runs. The network for whose statements it works comes from the environment. */
export const contracts = [contractClass(recordsChaincode, networkIdOf(process.env))];
