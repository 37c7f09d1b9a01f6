import type { ServiceApp } from '@careledger/service-kit';
import { addRecordRoutes, type RecordRouteOptions } from './routes.js';

/** Records: announced ones listed, own ones written and revised. Opening one is `access`. */
export async function recordsPlugin(app: ServiceApp, options: RecordRouteOptions): Promise<void> {
  addRecordRoutes(app, options);
}
