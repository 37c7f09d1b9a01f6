import type { ServiceApp } from '@careledger/service-kit';
import { addChainRoutes } from './routes.js';
import { ChainService, type ChainServiceOptions } from './service.js';

/** The private chain: blocks, verification, proofs. */
export async function chainPlugin(app: ServiceApp, options: ChainServiceOptions): Promise<void> {
  addChainRoutes(app, new ChainService(options));
}
