import type { ServiceApp } from '@careledger/service-kit';
import type { Decisions } from '../decisions/decisions.js';
import { addGrantRoutes } from './routes.js';
import { GrantService, type GrantServiceOptions } from './service.js';

export interface GrantsOptions extends GrantServiceOptions {
  readonly decisions: Decisions;
}

/** Grants and revocations: the patient's decisions. */
export async function grantsPlugin(app: ServiceApp, options: GrantsOptions): Promise<void> {
  addGrantRoutes(app, new GrantService(options), options.decisions);
}
