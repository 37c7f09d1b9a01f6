import type { ServiceApp } from '@careledger/service-kit';
import { addReadingRoutes } from './routes.js';
import { ReadingService, type ReadingServiceOptions } from './service.js';

/** Readings: what devices measured, as stored. */
export async function readingsPlugin(app: ServiceApp, options: ReadingServiceOptions): Promise<void> {
  addReadingRoutes(app, new ReadingService(options));
}
