import { startEmbedded } from '../fixtures/chaincode/embedded.js';
import { describeRecovery } from './recovery-suite.js';

describeRecovery('the embedded network', startEmbedded);
