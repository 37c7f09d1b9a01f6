import { startEmbedded } from '../fixtures/counter/embedded.js';
import { describeLedger } from './ledger-suite.js';

describeLedger('the embedded network', startEmbedded);
