import type { ServiceApp } from '@careledger/service-kit';
import type { Decisions } from '../decisions/decisions.js';
import { addDenialRoutes } from './denial-routes.js';
import { addGrantRoutes } from './routes.js';
import { GrantService, type GrantServiceOptions } from './service.js';

export interface GrantsOptions extends GrantServiceOptions {
  readonly decisions: Decisions;
}

/** Grants, denials and revocations: the patient's decisions. */
export async function grantsPlugin(app: ServiceApp, options: GrantsOptions): Promise<void> {
  const grants = new GrantService(options);
  addGrantRoutes(app, grants, options.decisions);
  addDenialRoutes(app, grants, options.decisions);
}
