/** Serves the counter in the place of both of the project's chaincodes. */
import { launchContracts } from '@careledger/chaincode-runtime/fabric';
import { contracts } from './counter-contract.js';

await launchContracts(['access-control', 'records'].map((name) => ({ name, contractsOf: () => contracts })));
