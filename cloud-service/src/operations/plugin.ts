import type { Ledger } from '@careledger/ledger';
import { registerLedgerMetrics } from '@careledger/ledger/service';
import type { ServiceApp } from '@careledger/service-kit';
import type { OwnPeer } from '../ledger/own-peer.js';

export interface OperationsOptions {
  readonly ledger: Ledger;
  readonly ownPeer: OwnPeer;
}

/** For whoever runs the service: metrics of the ledger, readiness of the own peer. */
export async function operationsPlugin(
  app: ServiceApp,
  { ledger, ownPeer }: OperationsOptions,
): Promise<void> {
  registerLedgerMetrics(app.metrics, [ledger.counters]);
  app.addReadinessCheck('ledger', () => ownPeer.ping());
}
