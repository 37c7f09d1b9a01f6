import type { ServiceApp } from '@careledger/service-kit';
import { addRecordRoutes } from './routes.js';
import { RecordService, type RecordServiceOptions } from './service.js';

/** Records: what this gateway has made, for the patient to read. */
export async function recordsPlugin(app: ServiceApp, options: RecordServiceOptions): Promise<void> {
  addRecordRoutes(app, new RecordService(options));
}
