import { launch } from '@careledger/chaincode-runtime/fabric';
import { contracts, recordsChaincode } from './index.js';

await launch([{ name: recordsChaincode.definition.name, contracts }]);
