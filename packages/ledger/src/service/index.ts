export { connectAsAdmin, type AdminIdentity } from './admin-ledger.js';
export { LedgerConfig, openServiceLedger, type ServiceLedger } from './open-ledger.js';
