import { describeChaincode } from './chaincode-suite.js';
import { startEmbedded } from '../fixtures/chaincode/embedded.js';

const START_TIMEOUT_MS = 60_000;

describeChaincode('the embedded network', startEmbedded, START_TIMEOUT_MS);
