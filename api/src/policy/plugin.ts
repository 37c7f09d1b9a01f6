import type { ServiceApp } from '@careledger/service-kit';
import type { Meanings } from './meanings.js';
import { MirrorKeeper, type MirrorKeeperOptions } from './mirror-keeper.js';
import { addPolicyRoutes } from './routes.js';

export interface PolicyPluginOptions extends MirrorKeeperOptions {
  readonly meanings: Meanings;
}

/** What patients let this authority do: shown by the ledger, and mirrored as long as the mirror is kept. */
export async function policyPlugin(app: ServiceApp, options: PolicyPluginOptions): Promise<void> {
  const keeper = new MirrorKeeper(options);
  app.addHook('onClose', () => keeper.stop());
  addPolicyRoutes(app, options);
}
