import { launch } from '@careledger/chaincode-runtime/fabric';
import { chaincodes } from './index.js';

await launch(chaincodes);
