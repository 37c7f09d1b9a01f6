import type { ServiceApp } from '@careledger/service-kit';
import type { GatewayCore } from '../../core.js';
import type { LedgerLink } from '../../ledger-access/ledger-link.js';
import type { Providers } from '../../ledger-access/providers.js';

export interface HealthSources {
  readonly core: Pick<GatewayCore, 'store'>;
  readonly ledger: Pick<LedgerLink, 'awayBecause'>;
  readonly providers: Pick<Providers, 'resting'>;
}

/** Ingest goes on without ledger and providers: they make the gateway degraded, not unready. */
export function addHealth(app: ServiceApp, { core, ledger, providers }: HealthSources): void {
  app.addReadinessCheck('store', () => {
    core.store.read.recoveryRow();
  });
  app.addReadinessCheck('ledger', () => (ledger.awayBecause === undefined ? undefined : 'degraded'));
  app.addReadinessCheck('providers', () => (providers.resting().length === 0 ? undefined : 'degraded'));
}
