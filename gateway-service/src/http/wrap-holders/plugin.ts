import { onLedger } from '@careledger/ledger/service';
import type { ServiceApp } from '@careledger/service-kit';
import type { GatewayCore } from '../../core.js';
import type { LedgerReader } from '../../ledger-access/ledger-link.js';
import { wrapHoldersOf } from '../../ledger-access/wrap-holders.js';
import { addWrapHolderRoutes } from './routes.js';

export interface WrapHoldersOptions {
  readonly core: Pick<GatewayCore, 'patients'>;
  readonly ledger: LedgerReader;
}

/** Which providers have attested that a revocation is carried out, and which owe that. */
export async function wrapHoldersPlugin(
  app: ServiceApp,
  { core, ledger }: WrapHoldersOptions,
): Promise<void> {
  addWrapHolderRoutes(app, async (wantedPatientId) => {
    const { patientId } = core.patients.get(wantedPatientId);
    return onLedger(() => wrapHoldersOf(ledger, patientId, Date.now()));
  });
}
