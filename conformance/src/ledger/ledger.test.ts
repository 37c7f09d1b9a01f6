import { startEmbedded } from './embedded.js';
import { describeLedger } from './ledger-suite.js';

describeLedger('the embedded network', startEmbedded);
