import { launch } from '@careledger/chaincode-runtime/fabric';
import { accessControlChaincode, contracts } from './index.js';

await launch([{ name: accessControlChaincode.definition.name, contracts }]);
