import type { ServiceApp } from '@careledger/service-kit';
import type { Decisions } from '../decisions/decisions.js';
import { addKeyRoutes } from './routes.js';
import { KeyService, type KeyServiceOptions } from './service.js';

export interface KeysOptions extends KeyServiceOptions {
  readonly decisions: Decisions;
}

/** The patient's keys, and what guards them. */
export async function keysPlugin(app: ServiceApp, options: KeysOptions): Promise<void> {
  addKeyRoutes(app, new KeyService(options), options.decisions);
}
