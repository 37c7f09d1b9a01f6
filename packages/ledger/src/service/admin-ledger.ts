import type { AdminFiles } from '@careledger/service-kit';
import { loadConnection } from '../fabric/connection.js';
import { readIdentity } from '../fabric/identity-files.js';
import { connectLedger, type Ledger } from '../ledger.js';
import { MemoryCheckpoints, MemoryJournal } from '../store/memory.js';
import type { LedgerConfig } from './open-ledger.js';

export type AdminIdentity = AdminFiles;

/**
 * Connects as the organisation's admin, for registrations: they are repeated rather than resumed, so nothing is kept.
 */
export function connectAsAdmin(config: LedgerConfig, admin: AdminIdentity): Ledger {
  return connectLedger({
    connection: loadConnection(config.connectionFile),
    mspId: config.mspId,
    ...readIdentity(admin),
    journal: new MemoryJournal(),
    checkpoints: new MemoryCheckpoints(),
    ...(config.peerMspIds && { peerMspIds: config.peerMspIds }),
  });
}
