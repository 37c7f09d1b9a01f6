import { addTrustRootsRoute } from '@careledger/ledger/service';
import type { ServiceApp } from '@careledger/service-kit';
import { addChainRoutes } from './routes.js';
import { ChainService, type ChainServiceOptions } from './service.js';

export interface ChainOptions extends ChainServiceOptions {
  readonly networkId: string;
}

/** The private chain: blocks, frames, verification, proofs, and what checks them. */
export async function chainPlugin(app: ServiceApp, options: ChainOptions): Promise<void> {
  addChainRoutes(app, new ChainService(options));
  const { ledger, networkId } = options;
  addTrustRootsRoute(app, { ledger, networkId, roles: ['patient', 'auditor', 'ops'] });
}
