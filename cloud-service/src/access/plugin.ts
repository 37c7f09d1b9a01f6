import type { Database, Logger, ServiceApp } from '@careledger/service-kit';
import { Arrivals } from './arrivals.js';
import { PermitFollower } from './permit-follower.js';
import { PermitStore } from './permit-store.js';
import { RelayService, type RelayServiceOptions } from './relay-service.js';
import { ReleaseService, type ReleaseServiceOptions } from './release-service.js';
import { ReleaseStore } from './release-store.js';
import { addAccessRoutes } from './routes.js';

export interface AccessOptions
  extends
    Omit<ReleaseServiceOptions, 'arrivals' | 'permits' | 'releases'>,
    Omit<RelayServiceOptions, 'releases'> {
  readonly database: Database;
  readonly logger: Logger;
}

/** Accesses: relayed to the ledger, released under a permit that the own peer has, signed for by their recipients. */
export async function accessPlugin(app: ServiceApp, options: AccessOptions): Promise<void> {
  const { clock, database } = options;
  const releases = new ReleaseStore(database);
  const permits = new PermitStore(database);
  const arrivals = new Arrivals(clock);
  const release = new ReleaseService({ ...options, releases, permits, arrivals });
  const relay = new RelayService({ ...options, releases: release });
  addAccessRoutes(app, { relay, release, receipts: { ...options, releases } });
  const follower = new PermitFollower({ ...options, arrivals, permits });
  app.addReadinessCheck('permits', () => follower.assertLive());
  app.addHook('onClose', () => follower.stop());
}
