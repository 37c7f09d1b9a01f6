export { connectAsAdmin, type AdminIdentity } from './admin-ledger.js';
export { registerLedgerMetrics } from './metrics.js';
export { ledgerAnswers, ledgerProblems, onLedger, problemOfLedger } from './problems.js';
export { ledgerPageQuery, nextOf, pageArgs } from './pages.js';
export { LedgerConfig, openServiceLedger, type ServiceLedger } from './open-ledger.js';
