import type { ServiceApp } from '@careledger/service-kit';
import type { Decisions } from '../decisions/decisions.js';
import { addDelegateRoutes } from './routes.js';
import { DelegateService, type DelegateServiceOptions } from './service.js';

export interface DelegatesPluginOptions extends DelegateServiceOptions {
  readonly decisions: Decisions;
}

/** Who decides for patients. What they decide goes by the routes for the patient's own decisions. */
export async function delegatesPlugin(app: ServiceApp, options: DelegatesPluginOptions): Promise<void> {
  addDelegateRoutes(app, new DelegateService(options), options.decisions);
}
