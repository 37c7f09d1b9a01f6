/** Serves the counter in the place of both of the project's chaincodes. */
import { launch } from '@careledger/chaincode-runtime/fabric';
import { contracts } from './counter-contract.js';

await launch(['access-control', 'records'].map((name) => ({ name, contracts })));
