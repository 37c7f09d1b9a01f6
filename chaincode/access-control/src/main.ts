import { launch } from '@careledger/chaincode-runtime/fabric';
import { accessControlChaincode } from './chaincode.js';

await launch([accessControlChaincode]);
