import type { ServiceApp } from '@careledger/service-kit';
import { ReadingRelay } from './readings.js';
import { addRelayedRoutes, type RelayedServices } from './routes.js';

/** Statements of others that this provider takes to channel `cloud`: visits, revocations, readings of notices. */
export async function relayedPlugin(
  app: ServiceApp,
  { cloud, ownPeer }: Omit<RelayedServices, 'readings'>,
): Promise<void> {
  addRelayedRoutes(app, { cloud, ownPeer, readings: new ReadingRelay(cloud) });
}
