import { startEmbedded } from '../../fixtures/chaincode/embedded.js';
import { describeHostileLedger } from './ledger-suite.js';

const TIMEOUT_MS = 180_000;

describeHostileLedger('the embedded network', startEmbedded, TIMEOUT_MS);
