import { launch } from '@careledger/chaincode-runtime/fabric';
import { recordsChaincode } from './chaincode.js';

await launch([recordsChaincode]);
