import { addTrustRootsRoute } from '@careledger/ledger/service';
import type { Jobs, ServiceApp } from '@careledger/service-kit';
import { addChainRoutes } from './routes.js';
import { VERIFICATION } from './schemas.js';
import { ChainService, type ChainServiceOptions } from './service.js';

export interface ChainOptions extends ChainServiceOptions {
  readonly networkId: string;
  readonly jobs: Pick<Jobs, 'perform'>;
}

/** The private chain: blocks, frames, verification, proofs, and what checks them. */
export async function chainPlugin(app: ServiceApp, options: ChainOptions): Promise<void> {
  const chain = new ChainService(options);
  const verifications = options.jobs.perform(VERIFICATION, (patientId, { report }) =>
    chain.verify(patientId, (done, total) => report({ stage: 'blocks', done, total })),
  );
  addChainRoutes(app, chain, verifications);
  const { ledger, networkId } = options;
  addTrustRootsRoute(app, { ledger, networkId, roles: ['patient', 'auditor', 'ops'] });
}
